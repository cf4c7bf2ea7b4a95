package dev.wwts.internal.serve;

import dev.wwts.Answer;
import dev.wwts.CallEnd;
import dev.wwts.CallListener;
import dev.wwts.NativeMemory;
import dev.wwts.OverloadedException;
import dev.wwts.RecognizerClosedException;
import dev.wwts.Stats;
import dev.wwts.internal.events.Events;
import dev.wwts.internal.settings.CallListeners;
import dev.wwts.internal.settings.Settings;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * How calls come in: each is accepted and handed to who decodes it, or refused at once. Counts them
 * and tells those who listen.
 */
final class Intake implements AutoCloseable {
  private final ServiceParts parts;
  private final String model;
  private final Admission admission;
  private final CallCounts counts;
  private final CallListeners listeners;
  private final Deadlines deadlines = new Deadlines();
  private final Course course;

  Intake(ServiceParts parts, Settings settings, String model, CallCounts counts) {
    this.parts = parts;
    this.model = model;
    this.counts = counts;
    this.admission = new Admission(parts.lanes().count() * settings.batching(), settings.queue());
    this.listeners = new CallListeners(settings.listeners());
    this.course =
        new ServiceCourse(parts, admission, counts, listeners, model, settings.queueTimeout());
  }

  /** What becomes of its calls. */
  Course course() {
    return course;
  }

  /**
   * Accepts a call.
   *
   * @throws OverloadedException if too many wait
   * @throws RecognizerClosedException after {@link #drain}
   */
  <R> Call<R> submit(Call<R> call) {
    parts.failure().requireNone();
    try {
      admission.enter();
    } catch (OverloadedException e) {
      refused(call, CallEnd.Outcome.OVERLOADED, e);
      throw e;
    } catch (RecognizerClosedException e) {
      refused(call, CallEnd.Outcome.CLOSED, e);
      throw e;
    }
    counts.accepted();
    try {
      if (call.pictures().size() == 0) {
        call.needsNoDecoding();
      } else if (!parts.decoders().isForLane(call) || !parts.lanes().submitUndecoded(call)) {
        parts.decoders().submit(call);
      }
    } catch (Throwable e) {
      // accepted, so it ends, or closing would wait for it for ever
      call.abandon(e);
    }
    return call;
  }

  /**
   * The same for a caller that does not wait: what goes wrong is the future's.
   *
   * @param timeout the call's, which somebody has to look after then
   * @param ended done when the call has ended, or was not accepted
   */
  @SuppressWarnings("FutureReturnValueIgnored")
  CompletableFuture<Answer> async(Call<List<Answer>> call, long timeout, Runnable ended) {
    call.outcome().future().whenComplete((answers, error) -> ended.run());
    try {
      submit(call);
    } catch (RuntimeException e) {
      ended.run();
      return AsyncAnswer.refused(e);
    }
    if (timeout != 0) {
      watch(call);
    }
    return AsyncAnswer.of(call);
  }

  private void watch(Call<?> call) {
    try {
      deadlines.watch(call);
    } catch (Throwable e) {
      // no thread for it: nobody would end it in time
      call.abandon(e);
    }
  }

  private void refused(Call<?> call, CallEnd.Outcome why, RuntimeException error) {
    counts.ended(why, 0);
    Events.refused(model, why.toString(), admission.inFlight());
    int pictures = call.pictures().size();
    listeners.tell(() -> new CallEnd(model, why, pictures, 0, 0, List.of(), Optional.of(error)));
  }

  /** One more hears of calls. */
  void listen(CallListener listener) {
    listeners.add(listener);
  }

  /** How calls went and what is busy; waits for nothing. */
  Stats stats(String sha256, NativeMemory memory) {
    int running = parts.lanes().running();
    return new Stats(
        sha256,
        0,
        Math.max(0, admission.inFlight() - running),
        parts.lanes().busy(),
        parts.lanes().count(),
        parts.decoders().busy(),
        parts.decoders().count(),
        counts.allAccepted(),
        counts.of(CallEnd.Outcome.ANSWERED),
        counts.of(CallEnd.Outcome.FAILED),
        counts.of(CallEnd.Outcome.LATE),
        counts.of(CallEnd.Outcome.ABANDONED),
        counts.of(CallEnd.Outcome.OVERLOADED),
        counts.of(CallEnd.Outcome.CLOSED),
        counts.waiting(),
        counts.batches(),
        counts.pictures(),
        memory);
  }

  /** Calls that are accepted and not over. */
  int inFlight() {
    return admission.inFlight();
  }

  /** Whether calls are refused now. */
  boolean isClosed() {
    return admission.isClosed();
  }

  /**
   * Refuses calls from now on and waits for those that were accepted.
   *
   * @return whether all were over within the time
   */
  boolean drain(long nanos) {
    admission.close();
    parts.lanes().endWaiting();
    return admission.awaitEmpty(nanos);
  }

  /** Watches no more over deadlines; no call is left. */
  @Override
  public void close() {
    deadlines.close();
  }
}
