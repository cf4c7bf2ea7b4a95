package dev.wwts.internal.serve;

import dev.wwts.DeadlineExceededException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Until when a call must end, and how it did: once, as whoever was first says. */
final class Outcome<R> {
  private final long accepted = System.nanoTime();
  private final long timeout;
  private final Consumer<@Nullable Throwable> count;
  private final AtomicBoolean isSet = new AtomicBoolean();
  private final CompletableFuture<R> future = new CompletableFuture<>();

  /**
   * Of a call that begins now.
   *
   * @param timeout nanoseconds from now; 0 for any time
   * @param count told, before anybody else, with what a call failed, or that it did not
   */
  Outcome(long timeout, Consumer<@Nullable Throwable> count) {
    this.timeout = timeout;
    this.count = count;
  }

  /** Gets it when it is set. */
  CompletableFuture<R> future() {
    return future;
  }

  boolean isSet() {
    return isSet.get();
  }

  /** The call succeeds, unless it has an outcome. */
  void set(R result) {
    if (isSet.compareAndSet(false, true)) {
      count.accept(null);
      future.complete(result);
    }
  }

  /** The call fails, unless it has an outcome; returns whether it had none. */
  boolean fail(Throwable why) {
    if (!isSet.compareAndSet(false, true)) {
      return false;
    }
    count.accept(why);
    return future.completeExceptionally(why);
  }

  /** When the call was accepted, by the clock of {@link System#nanoTime}. */
  long accepted() {
    return accepted;
  }

  boolean hasDeadline() {
    return timeout != 0;
  }

  /** Nanoseconds until its deadline; very many where it has none. */
  long nanosLeft() {
    return timeout == 0 ? Long.MAX_VALUE : timeout - (System.nanoTime() - accepted);
  }

  /** What the call is told whose deadline has passed. */
  DeadlineExceededException late(String awaited) {
    return new DeadlineExceededException(
        "The call had %,d ms, which passed while it waited for %s: allow more time or fewer calls at once."
            .formatted(TimeUnit.NANOSECONDS.toMillis(timeout), awaited));
  }
}
