package dev.wwts.internal.serve;

import dev.wwts.Answer;
import dev.wwts.CallEnd;
import dev.wwts.CallListener;
import dev.wwts.DeviceMemory;
import dev.wwts.ModelException;
import dev.wwts.NativeMemory;
import dev.wwts.OverloadedException;
import dev.wwts.Picture;
import dev.wwts.PictureException;
import dev.wwts.RecognizerClosedException;
import dev.wwts.Stats;
import dev.wwts.internal.events.Events;
import dev.wwts.internal.head.ClassHead;
import dev.wwts.internal.head.EmbeddingHead;
import dev.wwts.internal.head.Head;
import dev.wwts.internal.head.Heads;
import dev.wwts.internal.head.LabelHead;
import dev.wwts.internal.lane.Engine;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.remark.Remark;
import dev.wwts.internal.settings.CallListeners;
import dev.wwts.internal.settings.Settings;
import dev.wwts.internal.text.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A loaded model that serves calls: what a recognizer owns, kept apart from it, so that a forgotten
 * one can be collected, warned about and freed. A caller's thread only waits here.
 */
public final class Service {
  private final ServiceParts parts;
  private final Heads heads;
  private final Texts texts;
  private final String model;
  private final Settings settings;
  private final Admission admission;
  private final CallCounts counts;
  private final CallListeners listeners;
  private final Deadlines deadlines = new Deadlines();
  private final Course course;
  private final ReentrantLock closing = new ReentrantLock();
  private volatile boolean closed;

  private Service(
      ServiceParts parts, Heads heads, Settings settings, Bundle bundle, CallCounts counts) {
    this.parts = parts;
    this.heads = heads;
    this.texts = new Texts(bundle, settings);
    this.model = bundle.manifest().name();
    this.counts = counts;
    this.admission = new Admission(parts.lanes().count() * settings.batching(), settings.queue());
    this.settings = settings;
    this.listeners = new CallListeners(settings.listeners());
    this.course = new ServiceCourse(parts, admission, counts, listeners, model);
    OpenServices.add(this);
  }

  /** Starts and warms up all that runs a model; closes the engine where that fails. */
  static Service open(Engine engine, Bundle bundle, Heads heads, Settings settings) {
    CallCounts counts = new CallCounts();
    return new Service(
        ServiceParts.open(engine, bundle, settings, counts), heads, settings, bundle, counts);
  }

  /**
   * Says what pictures are, as one batch.
   *
   * @param timeout nanoseconds in which it must; 0 for any time
   */
  public List<Answer> answers(List<Picture> pictures, long timeout) {
    return answers(classes(), pictures, timeout);
  }

  /** The same by labels that are given. */
  public List<Answer> answers(TextLabels labels, List<Picture> pictures, long timeout) {
    return answers(texts.choosing(labels, embedding()), pictures, timeout);
  }

  /**
   * The same of a picture.
   *
   * @throws PictureException if it can't be read
   */
  public Answer.Recognized answer(Picture picture, long timeout) {
    return (Answer.Recognized) read(answers(List.of(picture), timeout));
  }

  /** The same by labels that are given. */
  public Answer.Recognized answer(TextLabels labels, Picture picture, long timeout) {
    return (Answer.Recognized) read(answers(labels, List.of(picture), timeout));
  }

  /** The same without waiting; all that goes wrong is the future's. */
  CompletableFuture<Answer> answerAsync(Picture picture, long timeout) {
    return answerAsync(picture, timeout, () -> {});
  }

  /**
   * The same.
   *
   * @param ended done when the call has ended, or was not accepted
   */
  public CompletableFuture<Answer> answerAsync(Picture picture, long timeout, Runnable ended) {
    return async(classes(), picture, timeout, ended);
  }

  /** The same by labels that are given. */
  public CompletableFuture<Answer> answerAsync(TextLabels labels, Picture picture, long timeout) {
    return async(texts.choosing(labels, embedding()), picture, timeout, () -> {});
  }

  /**
   * Says what pictures are like, as one batch.
   *
   * @param timeout nanoseconds in which it must; 0 for any time
   * @throws ModelException if the model does not tell
   */
  public List<Answer> embeddings(List<Picture> pictures, long timeout) {
    return answers(embedding(), pictures, timeout);
  }

  /**
   * The same of a picture.
   *
   * @throws PictureException if it can't be read
   */
  public Answer.Embedded embedding(Picture picture, long timeout) {
    return (Answer.Embedded) read(embeddings(List.of(picture), timeout));
  }

  /** The same without waiting; what goes wrong with the picture or the call is the future's. */
  public CompletableFuture<Answer> embeddingAsync(Picture picture, long timeout) {
    return async(embedding(), picture, timeout, () -> {});
  }

  /**
   * Says what texts are like, some at a time.
   *
   * @param timeout nanoseconds for some; 0 for any time
   * @throws ModelException if the model has no text tower
   */
  public List<float[]> textEmbeddings(List<String> all, long timeout) {
    return textEmbeddings(all, timeout, false);
  }

  /** The same for the model's own texts, of which nobody hears. */
  List<float[]> ownTextEmbeddings(List<String> all) {
    return textEmbeddings(all, 0, true);
  }

  private List<float[]> textEmbeddings(List<String> all, long timeout, boolean isOwn) {
    parts.requireCaller();
    List<float[]> rows = new ArrayList<>(all.size());
    for (int at = 0; at < all.size(); at += Texts.MOST_TOGETHER) {
      List<String> some = all.subList(at, Math.min(all.size(), at + Texts.MOST_TOGETHER));
      Call<List<Answer>> call = texts.call(course, some, timeout, isOwn);
      for (Answer answer : CallWait.until(submit(call))) {
        rows.add(((Answer.Embedded) answer).vector());
      }
    }
    return rows;
  }

  /** The same of one without waiting; what goes wrong with the call is the future's. */
  public CompletableFuture<Answer> textEmbeddingAsync(String text, long timeout) {
    return async(texts.call(course, List.of(text), timeout, false), timeout, () -> {});
  }

  /**
   * The cosine of a picture's and a text's.
   *
   * @param timeout nanoseconds for each; 0 for any time
   */
  public double score(Picture picture, String text, long timeout) {
    float[] ofText = textEmbeddings(List.of(text), timeout).get(0);
    return LabelHead.product(embedding(picture, timeout).vector(), ofText);
  }

  private ClassHead classes() {
    return heads.classes().orElseThrow(texts::noLabels);
  }

  private EmbeddingHead embedding() {
    return heads
        .embedding()
        .orElseThrow(
            () ->
                new ModelException(
                    ModelException.Reason.NO_EMBEDDING,
                    Printable.line(model, 100)
                        + " gives no embeddings: export it again with models/export.py … --embedding."));
  }

  private List<Answer> answers(Head<? extends Answer> head, List<Picture> pictures, long timeout) {
    parts.requireCaller();
    return pictures.isEmpty()
        ? List.of()
        : CallWait.until(submit(new Calls.Answers(course, head, pictures, timeout)));
  }

  private static Answer read(List<Answer> one) {
    if (one.get(0) instanceof Answer.Refused refused) {
      throw refused.cause();
    }
    return one.get(0);
  }

  private CompletableFuture<Answer> async(
      Head<? extends Answer> head, Picture picture, long timeout, Runnable ended) {
    return async(new Calls.Answers(course, head, List.of(picture), timeout), timeout, ended);
  }

  @SuppressWarnings("FutureReturnValueIgnored")
  private CompletableFuture<Answer> async(Call<List<Answer>> call, long timeout, Runnable ended) {
    call.outcome().future().whenComplete((answers, error) -> ended.run());
    try {
      submit(call);
    } catch (RuntimeException e) {
      ended.run();
      return CompletableFuture.failedFuture(e);
    }
    if (timeout != 0) {
      watch(call);
    }
    return new AsyncAnswer(call);
  }

  private void watch(Call<?> call) {
    try {
      deadlines.watch(call);
    } catch (Throwable e) {
      // no thread for it: nobody would end it in time
      call.abandon(e);
    }
  }

  /**
   * What the network gives for the model's own pictures; the caller's limits don't hold for them.
   */
  List<float[]> logits(List<byte[]> pictures) {
    parts.requireCaller();
    return CallWait.until(submit(new Calls.SelfTestLogits(course, pictures)));
  }

  private <R> Call<R> submit(Call<R> call) {
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

  private void refused(Call<?> call, CallEnd.Outcome why, RuntimeException error) {
    counts.ended(why, 0);
    Events.refused(model, why.toString(), admission.inFlight());
    int pictures = call.pictures().size();
    listeners.tell(() -> new CallEnd(model, why, pictures, 0, 0, List.of(), Optional.of(error)));
  }

  /** One more hears of calls. */
  public void listen(CallListener listener) {
    listeners.add(listener);
  }

  /** Frees this when {@code owner} was forgotten. */
  public void guard(Object owner) {
    OpenServices.guard(owner, this);
  }

  /** What runs below. */
  Engine engine() {
    return parts.engine();
  }

  /** How it runs and what fell back. */
  public List<Remark> remarks() {
    return engine().remarks();
  }

  /**
   * What it takes of a card's memory; empty where the device is the processor. Waits for no call.
   *
   * @throws RecognizerClosedException if it is closed
   */
  public Optional<DeviceMemory> memory() {
    if (admission.isClosed()) {
      throw new RecognizerClosedException("The recognizer is closed: it takes no memory.");
    }
    parts.failure().requireNone();
    return engine().memory();
  }

  /** How it goes; waits for nothing. */
  public Stats stats() {
    int running = parts.lanes().running();
    return new Stats(
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
        closed ? NativeMemory.NONE : parts.memory());
  }

  /** Calls that are accepted and not over. */
  int inFlight() {
    return admission.inFlight();
  }

  /**
   * Refuses calls from now on and waits for those that were accepted.
   *
   * @return whether all were over within the time
   */
  public boolean drain(long nanos) {
    parts.requireCaller();
    admission.close();
    parts.lanes().endWaiting();
    return admission.awaitEmpty(nanos);
  }

  /** Waits for accepted calls and frees everything. */
  public void close() {
    close(Long.MAX_VALUE / 4);
  }

  /**
   * The same, waiting so long for calls.
   *
   * @return whether all ended within the time; if not, nothing is freed
   */
  boolean close(long nanos) {
    long start = System.nanoTime();
    if (!drain(nanos) || !lockedWithin(nanos - (System.nanoTime() - start))) {
      return false;
    }
    try {
      if (!closed) {
        closed = true;
        free();
      }
      return true;
    } finally {
      closing.unlock();
    }
  }

  private void free() {
    try {
      deadlines.close();
      parts.close();
    } catch (RuntimeException e) {
      // a device that has failed takes nothing back: what it holds goes with the process
      if (!parts.failure().isThere()) {
        throw e;
      }
    } finally {
      OpenServices.remove(this);
    }
  }

  private boolean lockedWithin(long nanos) {
    boolean interrupted = false;
    long start = System.nanoTime();
    try {
      while (true) {
        try {
          return closing.tryLock(nanos - (System.nanoTime() - start), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Frees it because {@code error} ends its making; what else fails is told with it. */
  void closeAfter(Throwable error) {
    try {
      close();
    } catch (RuntimeException e) {
      error.addSuppressed(e);
    }
  }

  Settings settings() {
    return settings;
  }

  boolean isOpen() {
    return !closed;
  }
}
