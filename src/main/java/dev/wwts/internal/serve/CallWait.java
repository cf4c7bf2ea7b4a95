package dev.wwts.internal.serve;

import dev.wwts.CallInterruptedException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Lets a caller's thread wait for its call's outcome, until its deadline or its interrupt. */
final class CallWait {
  private CallWait() {}

  /**
   * What a call gives.
   *
   * @throws CallInterruptedException if the thread is interrupted first; its flag is set again
   * @throws dev.wwts.DeadlineExceededException if the deadline comes first
   */
  static <R> R until(Call<R> call) {
    CompletableFuture<R> outcome = call.outcome().future();
    try {
      if (!call.outcome().hasDeadline()) {
        return outcome.get();
      }
      try {
        return outcome.get(Math.max(0, call.outcome().nanosLeft()), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        call.expire();
        return joined(outcome);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      call.abandon(
          new CallInterruptedException(
              "The thread was interrupted while it waited for an answer: its call was given up.",
              e));
      return joined(outcome);
    } catch (ExecutionException e) {
      throw thrown(e.getCause());
    }
  }

  /** Of a call that has ended, or is about to say how. */
  private static <R> R joined(CompletableFuture<R> outcome) {
    try {
      return outcome.join();
    } catch (CompletionException e) {
      throw thrown(e.getCause());
    }
  }

  private static RuntimeException thrown(@Nullable Throwable error) {
    return DeviceFailure.thrown(error == null ? new CancellationException() : error);
  }
}
