package dev.wwts.benchmarks.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * The two ways of asking. In the closed loop a caller asks again when it has its answer: that finds
 * the rate that a service sustains. In the open loop calls come when they come, and a call's time
 * counts from when it was to begin: a service that stops is charged with all whom it kept waiting.
 */
final class Loops {
  private static final long PATIENCE_SECONDS = 900;
  private static final double NANOS = 1e9;

  private Loops() {}

  /** Time that tests turn by hand. */
  interface Clock {
    Clock SYSTEM =
        new Clock() {
          @Override
          public long nanos() {
            return System.nanoTime();
          }

          @Override
          public void awaitUntil(long nanos) {
            for (long left = nanos - nanos(); left > 0; left = nanos - nanos()) {
              LockSupport.parkNanos(left);
            }
          }
        };

    long nanos();

    void awaitUntil(long nanos);
  }

  /**
   * Some callers for some seconds, at least a call each; returns when all have their last answer.
   */
  static Tally closed(Service service, Supplier<Shot> shots, int callers, double seconds)
      throws InterruptedException {
    Tally tally = new Tally();
    long end = System.nanoTime() + (long) (seconds * NANOS);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < callers; i++) {
      Thread caller =
          new Thread(
              () -> {
                do {
                  one(service, shots.get(), tally);
                } while (System.nanoTime() < end && !Thread.currentThread().isInterrupted());
              },
              "caller " + i);
      threads.add(caller);
      caller.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return tally;
  }

  private static void one(Service service, Shot shot, Tally tally) {
    tally.asked();
    long start = System.nanoTime();
    try {
      int[] answer = service.ask(shot.picture()).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      tally.ended(shot, System.nanoTime() - start, answer, null);
    } catch (ExecutionException e) {
      tally.ended(shot, System.nanoTime() - start, null, e.getCause());
    } catch (TimeoutException e) {
      // lost: asked, and no end
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Calls at their times since now; returns when all have ended, or fifteen minutes after the last.
   */
  static Tally open(Service service, Shot shot, long[] arrivals, Clock clock)
      throws InterruptedException {
    Tally tally = new Tally();
    List<CompletableFuture<?>> calls = new ArrayList<>();
    long start = clock.nanos();
    for (long arrival : arrivals) {
      long intended = start + arrival;
      clock.awaitUntil(intended);
      tally.asked();
      calls.add(
          service
              .ask(shot.picture())
              .handle(
                  (answer, error) -> {
                    tally.ended(shot, clock.nanos() - intended, answer, error);
                    return shot;
                  }));
    }
    try {
      CompletableFuture.allOf(calls.toArray(CompletableFuture<?>[]::new))
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      // lost, which the tally tells
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
    return tally;
  }
}
