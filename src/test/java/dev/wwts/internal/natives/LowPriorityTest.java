package dev.wwts.internal.natives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wwts.ModelFiles;
import dev.wwts.ModelSlot;
import dev.wwts.Recognizer;
import dev.wwts.internal.swap.SwapThread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is loaded beside calls leaves them the processors, and then answers as they do. */
class LowPriorityTest {
  private static final Path SELF = Path.of("/proc/thread-self");

  /** Of the fields behind a thread's name, in proc(5). */
  private static final int NICE = 16;

  @TempDir private static Path folder;

  @BeforeEach
  void whereLinuxTells() {
    assumeTrue(Files.exists(SELF), "skipped: no /proc/thread-self");
  }

  @Test
  void onlyWhereItIsAskedItIsAThreadOfLowPriority() {
    int usual = nice(SELF);
    Thread here = Thread.currentThread();
    assertThat(LowPriority.call(Thread::currentThread)).isSameAs(here);

    List<Integer> asked =
        SwapThread.call(() -> List.of(nice(SELF), LowPriority.call(() -> nice(SELF)), nice(SELF)));

    assertThat(asked).containsExactly(usual, Math.min(19, usual + 10), usual);
  }

  @Test
  void aModelThatWasSwappedInAnswersAtTheUsualOne() throws IOException {
    int usual = nice(SELF);
    Path model = ModelFiles.tiny(folder);
    try (ModelSlot slot = ModelSlot.builder(Recognizer.builder(model).lanes(2)).open()) {
      slot.swap(model);
      try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
        List<Path> own = tasks.filter(task -> name(task).matches("wwts-(lane|decode).*")).toList();
        assertThat(own).hasSizeGreaterThanOrEqualTo(4);
        assertThat(own).allSatisfy(task -> assertThat(nice(task)).isEqualTo(usual));
      }
    }
  }

  private static int nice(Path task) {
    String stat = read(task.resolve("stat"));
    return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[NICE]);
  }

  /** Empty where it has ended. */
  private static String name(Path task) {
    return Files.exists(task) ? read(task.resolve("comm")).strip() : "";
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }
}
