package dev.wwts.internal.natives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The C library does what it is asked to, and to this thread only. */
class LibCTest {
  private static final Path STAT = Path.of("/proc/thread-self/stat");

  /** After the name in brackets, proc(5) counts from 3; nice is field 19. */
  private static final int NICE = 19 - 3;

  @BeforeAll
  static void load() {
    assumeTrue(Files.exists(STAT), "skipped: priorities are read from /proc");
    Natives.load(Pointer.class, "JavaCPP", 0);
  }

  @Test
  void lowersThePriorityOfTheCallingThreadOnly() throws InterruptedException, ExecutionException {
    int before = nice();
    CompletableFuture<Integer> lowered = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              LibC.lowerPriority();
              lowered.complete(nice());
            });
    thread.start();
    thread.join();

    assertThat(lowered.get()).isEqualTo(Math.min(19, before + 10));
    assertThat(nice()).isEqualTo(before);
  }

  @Test
  void givesFreedMemoryBack() {
    Pointer[] blocks = new Pointer[4096];
    for (int i = 0; i < blocks.length; i++) {
      // smaller than what malloc maps by itself, so that it keeps them
      blocks[i] = Pointer.memset(Pointer.malloc(64 << 10), 1, 64 << 10);
    }
    // the last one stays, so that the top of the heap is in use
    for (int i = 0; i < blocks.length - 1; i++) {
      Pointer.free(blocks[i]);
    }
    long kept = Pointer.physicalBytes();

    LibC.trim();

    assertThat(kept - Pointer.physicalBytes()).isGreaterThan(128 << 20);
    Pointer.free(blocks[blocks.length - 1]);
  }

  private static int nice() {
    try {
      String stat = Files.readString(STAT);
      return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[NICE]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
