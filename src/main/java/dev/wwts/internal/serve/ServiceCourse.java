package dev.wwts.internal.serve;

import dev.wwts.CallInterruptedException;
import dev.wwts.DeadlineExceededException;
import dev.wwts.internal.events.CallEvent;
import dev.wwts.internal.serve.CallListener.End;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** The way of a service's calls: its decoders, its lanes, and who hears how they end. */
final class ServiceCourse implements Course {
  private final ServiceParts parts;
  private final Admission admission;
  private final CallListener listener;
  private final String model;

  ServiceCourse(ServiceParts parts, Admission admission, CallListener listener, String model) {
    this.parts = parts;
    this.admission = admission;
    this.listener = listener;
    this.model = model;
  }

  @Override
  public void decoded(Call<?> call) {
    parts.lanes().submit(call);
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
  public void ended(Call<?> call, @Nullable Throwable failure) {
    long total = System.nanoTime() - call.outcome().accepted();
    long waiting = call.waiting();
    End end = end(failure);
    listener.ended(end, waiting, total);
    CallEvent event = call.event();
    if (event != null) {
      event.setPictures(call.pictures().size(), call.pictures().refused());
      event.ended(model, end.word(), failure, waiting, total);
    }
  }

  private static End end(@Nullable Throwable failure) {
    if (failure == null) {
      return End.ANSWERED;
    }
    if (failure instanceof DeadlineExceededException) {
      return End.LATE;
    }
    return failure instanceof CallInterruptedException || failure instanceof CancellationException
        ? End.ABANDONED
        : End.FAILED;
  }
}
