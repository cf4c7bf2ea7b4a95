package dev.wwts.internal.serve;

import dev.wwts.DeadlineExceededException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Until when a call must end, and how it did: once, as whoever was first says. */
final class Outcome<R> {
  private final long accepted = System.nanoTime();
  private final long timeout;
  private final BiConsumer<@Nullable R, @Nullable Throwable> count;
  private final AtomicBoolean isSet = new AtomicBoolean();
  private final CompletableFuture<R> future = new CompletableFuture<>();

  /**
   * Of a call that begins now.
   *
   * @param timeout nanoseconds from now; 0 for any time
   * @param count told, before anybody else, what a call gave or with what it failed
   */
  Outcome(long timeout, BiConsumer<@Nullable R, @Nullable Throwable> count) {
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
      try {
        count.accept(result, null);
      } finally {
        future.complete(result);
      }
    }
  }

  /** The call fails, unless it has an outcome; returns whether it had none. */
  boolean fail(Throwable why) {
    if (!isSet.compareAndSet(false, true)) {
      return false;
    }
    try {
      count.accept(null, why);
    } finally {
      future.completeExceptionally(why);
    }
    return true;
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
    long millis = TimeUnit.NANOSECONDS.toMillis(timeout);
    return new DeadlineExceededException(
        "The call had %s, which passed while it waited for %s: allow more time or fewer calls at once."
            .formatted(millis > 0 ? "%,d ms".formatted(millis) : "less than 1 ms", awaited));
  }
}
