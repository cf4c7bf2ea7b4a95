package dev.wwts.internal.serve;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends calls at their deadlines where no thread waits for them; its thread is there once there was
 * such a call.
 */
final class Deadlines implements AutoCloseable {
  private @Nullable ScheduledThreadPoolExecutor timer;
  private boolean closed;

  /** Ends a call at its deadline, if it has not ended by then. */
  synchronized void watch(Call<?> call) {
    ScheduledThreadPoolExecutor running = timer();
    if (running != null) {
      Future<?> end =
          running.schedule(
              call::expire, Math.max(0, call.outcome().nanosLeft()), TimeUnit.NANOSECONDS);
      Object unused = call.outcome().future().whenComplete((result, error) -> end.cancel(false));
    }
  }

  /** None where the service is closed: the call has ended before. */
  private @Nullable ScheduledThreadPoolExecutor timer() {
    if (closed) {
      return null;
    }
    ScheduledThreadPoolExecutor made = timer;
    if (made == null) {
      made = new ScheduledThreadPoolExecutor(1, work -> ServiceThread.of(work, "wwts-deadlines"));
      made.setRemoveOnCancelPolicy(true);
      timer = made;
    }
    return made;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (timer != null) {
      timer.shutdownNow();
    }
  }
}
