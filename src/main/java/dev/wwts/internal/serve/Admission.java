package dev.wwts.internal.serve;

import dev.wwts.OverloadedException;
import dev.wwts.RecognizerClosedException;
import dev.wwts.internal.threads.Uninterrupted;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the calls that are accepted and not over, and refuses those beyond: as many as lanes run
 * at once, and a queue. Waits for the last one where a service is drained. Never blocks a caller.
 */
final class Admission {
  private static final int CLOSED = 1 << 30;

  /** What becomes of a call that comes. */
  enum Decision {
    ACCEPTED,
    FULL,
    CLOSED
  }

  private final int running;
  private final int queue;

  /** Calls in flight, and {@link #CLOSED}. */
  private final AtomicInteger state = new AtomicInteger();

  private final CountDownLatch empty = new CountDownLatch(1);

  Admission(int running, int queue) {
    this.running = running;
    this.queue = queue;
  }

  /**
   * Accepts a call; {@link #leave} follows.
   *
   * @throws OverloadedException if so many calls wait already
   * @throws RecognizerClosedException after {@link #close}
   */
  void enter() {
    switch (tryEnter()) {
      case CLOSED ->
          throw new RecognizerClosedException(
              "The recognizer is closed, or being drained: ask another one.");
      case FULL ->
          throw new OverloadedException(
              "%d calls wait already, as many as may: try again later, or raise queue, lanes or the number of machines."
                  .formatted(queue));
      case ACCEPTED -> {}
    }
  }

  /** The same without a sentence. */
  Decision tryEnter() {
    while (true) {
      int now = state.get();
      if (now >= CLOSED) {
        return Decision.CLOSED;
      }
      if (now - running >= queue) {
        return Decision.FULL;
      }
      if (state.compareAndSet(now, now + 1)) {
        return Decision.ACCEPTED;
      }
    }
  }

  /** A call is over. */
  void leave() {
    if (state.decrementAndGet() == CLOSED) {
      empty.countDown();
    }
  }

  /** Refuses calls from now on. */
  void close() {
    if (state.getAndUpdate(now -> now | CLOSED) == 0 || state.get() == CLOSED) {
      empty.countDown();
    }
  }

  boolean isClosed() {
    return state.get() >= CLOSED;
  }

  /** Calls that are accepted and not over. */
  int inFlight() {
    return state.get() & (CLOSED - 1);
  }

  /**
   * Waits until the calls that were accepted before {@link #close} are over; an interrupt is kept
   * for later.
   *
   * @return whether all are within the time
   */
  boolean awaitEmpty(long nanos) {
    return Uninterrupted.await(empty, nanos);
  }
}
