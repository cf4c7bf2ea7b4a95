package dev.wwts.internal.serve;

import static dev.wwts.internal.serve.Interleavings.explore;
import static dev.wwts.internal.serve.Interleavings.run;

import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What is put is taken once, in whatever order threads get on; nobody waits for ever. The clock goes
 * on at each look, as Lincheck lets {@link System#nanoTime} stand still.
 */
class HandOverInterleavings {
  /** A queue, and what was taken from it. */
  private static final class Taken {
    private final HandOver<Integer> queue = new HandOver<>(0, new AtomicLong()::incrementAndGet);
    private final TreeSet<Integer> things = new TreeSet<>();

    void take() {
      keep(queue.take());
    }

    synchronized void keep(@Nullable Integer thing) {
      if (thing != null && !things.add(thing)) {
        throw new AssertionError(thing + " was taken twice");
      }
    }

    /** What was taken by these threads, and what they left. */
    String by(Runnable... threads) {
      run(threads);
      queue.end();
      for (Integer thing = queue.take(); thing != null; thing = queue.take()) {
        keep(thing);
      }
      return things + ", left " + queue.size();
    }
  }

  @Test
  void twoTakersGetTwoThings() {
    explore(
        "[1, 2], left 0",
        () -> {
          Taken taken = new Taken();
          return taken.by(
              taken::take,
              taken::take,
              () -> {
                taken.queue.put(1);
                taken.queue.putFirst(2);
              });
        });
  }

  @Test
  void theEndLetsATakerGoAndLeavesWhatCameLate() {
    explore(
        "[1], left 0",
        () -> {
          Taken taken = new Taken();
          return taken.by(taken::take, taken.queue::end, () -> taken.queue.put(1));
        });
  }

  @Test
  void whoWaitsForMoreGetsItOrLeavesIt() {
    explore(
        "[1], left 0",
        () -> {
          Taken taken = new Taken();
          AtomicLong left = new AtomicLong(Long.MAX_VALUE);
          return taken.by(
              () -> taken.keep(taken.queue.takeMore(left::get, it -> true)),
              () -> taken.queue.put(1),
              () -> {
                left.set(0);
                taken.queue.lookAgain();
              });
        });
  }

  @Test
  void whoseTimeIsOverLeavesItOrHasIt() {
    explore(
        "[1, 2], left 0",
        () -> {
          Taken taken = new Taken();
          return taken.by(
              () -> taken.keep(taken.queue.takeMore(() -> 3, it -> true)),
              () -> taken.queue.put(1),
              () -> taken.queue.put(2));
        });
  }

  @Test
  void whatIsTooMuchForOneGoesToAnother() {
    explore(
        "[1, 2], left 0",
        () -> {
          Taken taken = new Taken();
          return taken.by(
              () -> taken.keep(taken.queue.takeMore(() -> Long.MAX_VALUE, it -> it < 2)),
              taken::take,
              () -> taken.queue.putAll(List.of(2, 1)));
        });
  }

  @Test
  void whatIsWithdrawnIsNotTaken() {
    explore(
        "[1, 2], left 0",
        () -> {
          Taken taken = new Taken();
          return taken.by(
              () -> taken.keep(taken.queue.takeMore(() -> 0, it -> true)),
              () -> taken.queue.putAll(List.of(1, 2)),
              () -> taken.keep(taken.queue.removeIf(it -> it == 1) > 0 ? 1 : null));
        });
  }
}
