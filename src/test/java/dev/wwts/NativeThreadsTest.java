package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wwts.internal.network.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The process's threads, however many call: LibTorch keeps a team of threads for each thread that
 * ever entered it. In a process of its own.
 */
class NativeThreadsTest {
  private static final int CALLERS = 100;
  private static final int LANES = 2;
  private static final int THREADS = 4;
  private static final int DECODERS = 2;

  /** Java's own that may start meanwhile: compilers and collectors. */
  private static final int JAVA = 8;

  @TempDir private static Path folder;

  @Test
  void callersBringNoNativeThreads() throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/self/task")), "skipped: threads are read from /proc");
    Path bare = folder.resolve("wide.pt");
    // 256 K numbers a channel: LibTorch divides its loops from 32 K on
    TestModels.write(bare, "m * (x.repeat(1, 64, 16, 16) * 2).mean() + m * 10", 1f);
    CliProcess process =
        CliProcess.main(
            Path.of(System.getProperty("java.home")),
            List.of(),
            Main.class,
            ModelFiles.of(folder, bare).toString());

    assertThat(process.code()).as(process.err()).isZero();
    List<Integer> tasks = process.out().strip().lines().map(Integer::valueOf).toList();
    System.out.println("Threads before loading, warm, with 100 callers, closed: " + tasks);
    assertThat(tasks.get(1) - tasks.get(0))
        .as("lanes with their teams, decoders, two that watch, Java's")
        .isBetween(LANES * THREADS, LANES * THREADS + DECODERS + 2 + JAVA);
    assertThat(tasks.get(2) - tasks.get(1)).as("beside the callers").isLessThan(CALLERS + JAVA);
    assertThat(tasks.get(3) - tasks.get(0)).as("after close").isLessThan(JAVA);
  }

  /** The process. */
  static final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
      byte[] picture = TestPictures.jpeg(64, 64);
      // what LibTorch and OpenCV start by themselves is there
      Recognizer.load(Path.of(args[0])).close();
      long before = tasks();
      System.out.println(before);
      try (Recognizer recognizer =
          Recognizer.builder(Path.of(args[0]))
              .lanes(LANES)
              .threads(THREADS)
              .decoders(DECODERS)
              .load()) {
        System.out.println(tasks());
        List<Thread> callers = new ArrayList<>();
        CountDownLatch called = new CountDownLatch(CALLERS);
        CountDownLatch counted = new CountDownLatch(1);
        for (int i = 0; i < CALLERS; i++) {
          Thread caller =
              new Thread(
                  () -> {
                    for (int call = 0; call < 3; call++) {
                      recognizer.recognize(picture);
                    }
                    called.countDown();
                    await(counted);
                  });
          callers.add(caller);
          caller.start();
        }
        called.await();
        System.out.println(tasks());
        counted.countDown();
        for (Thread caller : callers) {
          caller.join();
        }
      }
      // a thread that was joined may still be on its way out
      long left = tasks();
      for (int i = 0; i < 10_000 && left > before + JAVA / 2; i++) {
        Thread.onSpinWait();
        left = tasks();
      }
      System.out.println(left);
    }

    private static void await(CountDownLatch latch) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    private static long tasks() throws IOException {
      try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
        return tasks.count();
      }
    }
  }
}
