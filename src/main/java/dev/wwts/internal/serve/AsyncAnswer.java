package dev.wwts.internal.serve;

import dev.wwts.Answer;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The answer of a call that nobody waits for in a thread. Cancelling it takes the call out of the
 * queue. What depends on it runs in the common pool, never in a lane's thread.
 */
final class AsyncAnswer extends CompletableFuture<Answer> {
  private final Call<List<Answer>> call;

  AsyncAnswer(Call<List<Answer>> call) {
    this.call = call;
    CompletableFuture<List<Answer>> outcome = call.outcome().future();
    CompletableFuture<List<Answer>> told = outcome.whenCompleteAsync(this::end);
    // here, where the pool has no thread for it; the second time does nothing
    Object unused = told.whenComplete((answers, error) -> tell(outcome));
  }

  private void tell(CompletableFuture<List<Answer>> outcome) {
    Object unused = outcome.whenComplete(this::end);
  }

  private void end(@Nullable List<Answer> answers, @Nullable Throwable error) {
    if (answers != null) {
      complete(answers.get(0));
    } else {
      completeExceptionally(error == null ? new CancellationException() : error);
    }
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    call.abandon(new CancellationException());
    return super.cancel(mayInterruptIfRunning);
  }
}
