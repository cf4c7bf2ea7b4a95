package dev.wwts.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wwts.internal.torch.LibTorch;
import dev.wwts.internal.torch.LoadThread;
import dev.wwts.internal.torch.ParkedTeam;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** When a team of parked threads is kept, by a clock of the test's own. */
class SpinsTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final List<String> teams = new ArrayList<>();

  private Spins spins(int processors) {
    return new Spins(
        processors,
        threads -> {
          teams.add("+" + threads);
          return () -> teams.add("-" + threads);
        });
  }

  @Test
  void aTeamOfWhatIsMissingIsKeptForSomeTimeAfterStalls() {
    try (Spins spins = spins(8)) {
      spins.started(4);
      spins.forwarded(false, SECOND);
      assertThat(teams).isEmpty();

      spins.forwarded(true, 2 * SECOND);
      spins.forwarded(true, 3 * SECOND);
      spins.forwarded(false, 11 * SECOND);
      assertThat(teams).as("8 processors, 4 threads: 5 more").containsExactly("+6");
      spins.forwarded(false, 13 * SECOND);
      assertThat(teams).containsExactly("+6", "-6");
    }
  }

  @Test
  void itIsKeptLongerWhereForwardsStallAgain() {
    try (Spins spins = spins(2)) {
      spins.started(2);
      spins.forwarded(true, 0);
      spins.forwarded(false, 11 * SECOND);
      spins.forwarded(true, 12 * SECOND);
      spins.forwarded(false, 30 * SECOND);
      assertThat(teams).containsExactly("+2", "-2", "+2");
      spins.forwarded(false, 33 * SECOND);
      spins.forwarded(true, 100 * SECOND);
      spins.forwarded(false, 111 * SECOND);
      assertThat(teams).as("10 seconds again").containsExactly("+2", "-2", "+2", "-2", "+2", "-2");
    }
  }

  @Test
  void noneIsKeptWhereLanesAreEnoughOrAllIsClosed() {
    Spins spins = spins(2);
    spins.started(2);
    spins.started(2);
    spins.forwarded(true, 0);
    assertThat(teams).isEmpty();
    spins.ended(2);
    spins.forwarded(true, SECOND);
    spins.close();
    spins.forwarded(true, 2 * SECOND);
    assertThat(teams).containsExactly("+2", "-2");
  }

  @Test
  void forwardsStallWhereSomeTakeManyTimesTheBest() {
    Stalls stalls = new Stalls();
    for (int i = 0; i < 100; i++) {
      assertThat(stalls.took(1, 5_000_000 + 1_000_000 * (i % 3), 0)).isFalse();
    }
    assertThat(stalls.took(4, 50_000_000, 0)).as("the first of a batch").isFalse();
    for (int i = 0; i < 100; i++) {
      assertThat(stalls.took(1, 5_000_000, 0)).isFalse();
    }
    assertThat(stalls.took(1, 100_000_000, 0)).as("one is an accident").isFalse();
    assertThat(stalls.took(1, 100_000_000, 0)).as("two are as well").isFalse();
    assertThat(stalls.took(1, 100_000_000, 0)).isTrue();
  }

  @Test
  void forwardsStallWhereTheirThreadWaitsForAProcessorFromTheFirstOn() {
    Stalls stalls = new Stalls();
    assertThat(stalls.took(1, 700_000_000, 200_000_000)).as("one is an accident").isFalse();
    assertThat(stalls.took(1, 700_000_000, 200_000_000)).as("two are as well").isFalse();
    assertThat(stalls.took(1, 700_000_000, 200_000_000)).isFalse();
    assertThat(stalls.took(1, 700_000_000, 200_000_000)).isTrue();
    for (int i = 0; i < 100; i++) {
      assertThat(stalls.took(1, 700_000_000, 20_000_000)).as("a small part").isFalse();
      assertThat(stalls.took(4, 1_500_000, 900_000)).as("less than a millisecond").isFalse();
    }
  }

  /** Brief spins would cost more than that. */
  @Test
  void forwardsDoNotStallWhereTheMachineDoesALittleElseNowAndThen() {
    Stalls stalls = new Stalls();
    for (int i = 0; i < 1000; i++) {
      boolean isDisturbed = i % 50 < 3;
      boolean hasStalled =
          isDisturbed ? stalls.took(1, 15_000_000, 5_000_000) : stalls.took(1, 10_000_000, 50_000);
      assertThat(hasStalled).isFalse();
    }
  }

  /** The kernel counts around a forward: it may tell of more waiting than there was time. */
  @Test
  void oneThatWaitedForLongerThanItTookMakesNoOtherStall() {
    Stalls stalls = new Stalls();
    assertThat(stalls.took(1, 10_000_000, 10_000_000)).isFalse();
    assertThat(stalls.took(1, 10_000_000, 12_000_000)).isFalse();
    for (int i = 0; i < 100; i++) {
      assertThat(stalls.took(1, 10_000_000, 0)).isFalse();
    }
    assertThat(stalls.took(1, 200_000_000, 0)).isFalse();
    assertThat(stalls.took(1, 200_000_000, 0)).isFalse();
    assertThat(stalls.took(1, 200_000_000, 0)).isTrue();
  }

  @Test
  void aThreadOnAProcessorWithManyOthersWaits() throws Exception {
    assumeTrue(
        Files.exists(Path.of("/proc/thread-self/schedstat")), "skipped: Linux does not count");
    AtomicBoolean over = new AtomicBoolean();
    List<Thread> others = new ArrayList<>();
    for (int i = 0; i < 4 * Runtime.getRuntime().availableProcessors(); i++) {
      Thread thread = new Thread(() -> spinUntil(over));
      thread.start();
      others.add(thread);
    }
    try (RunDelay delay = new RunDelay()) {
      long before = delay.nanos();
      while (delay.nanos() < before + 1_000_000) {
        Thread.onSpinWait(); // ends: one in five of those who want a processor has one
      }
      assertThat(delay.nanos()).isGreaterThan(before);
    } finally {
      over.set(true);
      for (Thread thread : others) {
        thread.join();
      }
    }
  }

  private static void spinUntil(AtomicBoolean over) {
    while (!over.get()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aParkedTeamHasItsThreadsAndLetsThemGo() throws IOException {
    assumeTrue(Files.exists(Path.of("/proc/self/task")), "skipped: threads are read from /proc");
    LibTorch.load();
    fewerThan(1); // those of other tests' loads
    try (ParkedTeam team = new ParkedTeam(4)) {
      assertThat(team).isNotNull();
      assertThat(teams()).isGreaterThanOrEqualTo(4);
    }
    assertThat(fewerThan(4)).isTrue();
  }

  /** Waits for threads to end, which they do by themselves. */
  private static boolean fewerThan(int threads) throws IOException {
    boolean areFewer = false;
    for (int i = 0; i < 10_000 && !areFewer; i++) {
      areFewer = teams() < threads;
    }
    return areFewer;
  }

  /** Beside calls and other loads; ten times as long otherwise. */
  @Test
  void aLoadHasAParkedTeamBesideIt() {
    assumeTrue(Files.exists(Path.of("/proc/self/task")), "skipped: threads are read from /proc");
    int processors = LibTorch.processors();
    assumeTrue(processors > 1, "skipped: one processor, and OpenMP's threads outnumber it");
    LibTorch.useThreads(processors);
    assertThat(LoadThread.call(SpinsTest::teamsNow)).isPositive();
  }

  private static long teamsNow() {
    try {
      return teams();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Threads of parked teams: OpenMP's have the name of the one that started them. */
  private static long teams() throws IOException {
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      return tasks.filter(SpinsTest::isOfTeam).count();
    }
  }

  private static boolean isOfTeam(Path task) {
    try {
      return Files.readString(task.resolve("comm")).strip().equals("wwts-spins");
    } catch (IOException e) {
      return false; // it has ended meanwhile
    }
  }
}
