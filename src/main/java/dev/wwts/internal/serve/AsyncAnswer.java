package dev.wwts.internal.serve;

import dev.wwts.Answer;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

/**
 * The answer of a call that nobody waits for in a thread. Cancelling it takes the call out of the
 * queue. What depends on it runs in the common pool, never in a lane's thread.
 */
final class AsyncAnswer extends CompletableFuture<Answer> {
  private final Call<List<Answer>> call;

  AsyncAnswer(Call<List<Answer>> call) {
    this.call = call;
    Object unused =
        call.outcome()
            .future()
            .whenCompleteAsync(
                (answers, error) -> {
                  if (error == null) {
                    complete(answers.get(0));
                  } else {
                    completeExceptionally(error);
                  }
                });
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    call.abandon(new CancellationException());
    return super.cancel(mayInterruptIfRunning);
  }
}
