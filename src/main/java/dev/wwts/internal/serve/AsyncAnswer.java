package dev.wwts.internal.serve;

import dev.wwts.Answer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The answer of a call that nobody waits for in a thread. Cancelling it takes the call out of the
 * queue. What depends on it runs in the common pool, never in a lane's thread.
 */
final class AsyncAnswer extends CompletableFuture<Answer> {
  private final Runnable abandon;
  private final UnheardFailure failure = UnheardFailure.ofCallMadeHere();

  private AsyncAnswer(Runnable abandon) {
    this.abandon = abandon;
  }

  /** Of a call that was accepted. */
  static AsyncAnswer of(Call<List<Answer>> call) {
    AsyncAnswer answer = new AsyncAnswer(() -> call.abandon(new CancellationException()));
    answer.follow(call);
    return answer;
  }

  /** Of one that was not: it has failed. */
  static AsyncAnswer refused(RuntimeException why) {
    AsyncAnswer refused = new AsyncAnswer(() -> {});
    refused.end(null, why);
    return refused;
  }

  private void follow(Call<List<Answer>> call) {
    CompletableFuture<List<Answer>> outcome = call.outcome().future();
    CompletableFuture<List<Answer>> told = outcome.whenCompleteAsync(this::end);
    // here, where the pool has no thread for it; the second time does nothing
    Object unused = told.whenComplete((answers, error) -> tell(outcome));
  }

  private void tell(CompletableFuture<List<Answer>> outcome) {
    Object unused = outcome.whenComplete(this::end);
  }

  private void end(@Nullable List<Answer> answers, @Nullable Throwable error) {
    if (isDone()) {
      return;
    }
    if (answers != null) {
      complete(answers.get(0));
      return;
    }
    Throwable why = error == null ? new CancellationException() : error;
    if (getNumberOfDependents() == 0) {
      failure.failed(this, why);
    }
    completeExceptionally(why);
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    failure.isHeard();
    abandon.run();
    return super.cancel(mayInterruptIfRunning);
  }

  @Override
  public Answer get() throws InterruptedException, ExecutionException {
    failure.isHeard();
    return super.get();
  }

  @Override
  public Answer get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    failure.isHeard();
    return super.get(timeout, unit);
  }

  @Override
  public Answer join() {
    failure.isHeard();
    return super.join();
  }

  @Override
  public Answer getNow(Answer otherwise) {
    failure.isHeard();
    return super.getNow(otherwise);
  }

  /** Java's own since 19, which the one that compiles this need not know. */
  public Throwable exceptionNow() {
    if (!isDone()) {
      throw new IllegalStateException("The call has not ended.");
    }
    return handle((answer, error) -> Optional.ofNullable(error))
        .join()
        .filter(error -> !(error instanceof CancellationException))
        .orElseThrow(() -> new IllegalStateException("The call has not failed."));
  }

  @Override
  public boolean isCompletedExceptionally() {
    failure.isHeard();
    return super.isCompletedExceptionally();
  }

  /** Asked by stages of others that take it in, which do not ask for more where it has ended. */
  @Override
  public CompletableFuture<Answer> toCompletableFuture() {
    failure.isHeard();
    return this;
  }

  /** Asked by all that depend on it: they hear of a failure. */
  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    failure.isHeard();
    return new CompletableFuture<>();
  }
}
