package dev.wwts.internal.serve;

import dev.wwts.Answer;
import dev.wwts.CallEnd;
import dev.wwts.CallEnd.Outcome;
import dev.wwts.CallInterruptedException;
import dev.wwts.DeadlineExceededException;
import dev.wwts.OverloadedException;
import dev.wwts.internal.events.CallEvent;
import dev.wwts.internal.settings.CallListeners;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** The way of a service's calls: its decoders, its lanes, and who hears how they end. */
final class ServiceCourse implements Course {
  private final ServiceParts parts;
  private final Admission admission;
  private final CallCounts counts;
  private final CallListeners listeners;
  private final String model;
  private final long queueTimeout;

  ServiceCourse(
      ServiceParts parts,
      Admission admission,
      CallCounts counts,
      CallListeners listeners,
      String model,
      long queueTimeout) {
    this.parts = parts;
    this.admission = admission;
    this.counts = counts;
    this.listeners = listeners;
    this.model = model;
    this.queueTimeout = queueTimeout;
  }

  @Override
  public void decoded(Call<?> call) {
    parts.lanes().submit(call);
  }

  @Override
  public long queueTimeout() {
    return queueTimeout;
  }

  @Override
  public void cameOn() {
    parts.pool().wake();
  }

  @Override
  public void hurry() {
    parts.lanes().hurry();
  }

  @Override
  public void abandoned(Call<?> call) {
    parts.decoders().withdraw(call);
    parts.lanes().withdraw(call);
    parts.pool().wake();
  }

  @Override
  public void over() {
    admission.leave();
  }

  @Override
  public void ended(Call<?> call, List<Answer> answers, @Nullable Throwable failure) {
    long total = System.nanoTime() - call.outcome().accepted();
    long waiting = call.waiting();
    Outcome end = end(failure);
    counts.ended(end, waiting);
    if (!call.isOwn()) {
      int pictures = call.pictures().size();
      listeners.tell(
          () ->
              new CallEnd(
                  model, end, pictures, waiting, total, answers, Optional.ofNullable(failure)));
    }
    CallEvent event = call.event();
    if (event != null) {
      event.setPictures(call.pictures().size(), call.pictures().refused());
      event.ended(model, end.toString(), failure, waiting, total);
    }
  }

  private static Outcome end(@Nullable Throwable failure) {
    if (failure == null) {
      return Outcome.ANSWERED;
    }
    if (failure instanceof DeadlineExceededException) {
      return Outcome.LATE;
    }
    if (failure instanceof OverloadedException) {
      return Outcome.OVERLOADED;
    }
    return failure instanceof CallInterruptedException || failure instanceof CancellationException
        ? Outcome.ABANDONED
        : Outcome.FAILED;
  }
}
