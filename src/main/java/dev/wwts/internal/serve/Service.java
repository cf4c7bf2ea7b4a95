package dev.wwts.internal.serve;

import dev.wwts.Answer;
import dev.wwts.CallListener;
import dev.wwts.DeviceMemory;
import dev.wwts.ModelException;
import dev.wwts.NativeMemory;
import dev.wwts.Picture;
import dev.wwts.PictureException;
import dev.wwts.RecognizerClosedException;
import dev.wwts.Stats;
import dev.wwts.internal.head.ClassHead;
import dev.wwts.internal.head.EmbeddingHead;
import dev.wwts.internal.head.Head;
import dev.wwts.internal.head.Heads;
import dev.wwts.internal.head.LabelHead;
import dev.wwts.internal.lane.Engine;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.remark.Remark;
import dev.wwts.internal.settings.Settings;
import dev.wwts.internal.text.Printable;
import dev.wwts.internal.threads.Uninterrupted;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

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
  private final Intake intake;
  private final ReentrantLock closing = new ReentrantLock();
  private volatile boolean closed;
  private volatile @Nullable Forgotten guard;

  private Service(
      ServiceParts parts, Heads heads, Settings settings, Bundle bundle, CallCounts counts) {
    this.parts = parts;
    this.heads = heads;
    this.texts = new Texts(bundle, settings);
    this.model = bundle.manifest().name();
    this.settings = settings;
    this.intake = new Intake(parts, settings, model, counts);
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
      Call<List<Answer>> call = texts.call(intake.course(), some, timeout, isOwn);
      for (Answer answer : CallWait.until(intake.submit(call))) {
        rows.add(((Answer.Embedded) answer).vector());
      }
    }
    return rows;
  }

  /** The same of one without waiting; what goes wrong with the call is the future's. */
  public CompletableFuture<Answer> textEmbeddingAsync(String text, long timeout) {
    return intake.async(
        texts.call(intake.course(), List.of(text), timeout, false), timeout, () -> {});
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
        : CallWait.until(
            intake.submit(new Calls.Answers(intake.course(), head, pictures, timeout)));
  }

  private static Answer read(List<Answer> one) {
    if (one.get(0) instanceof Answer.Refused refused) {
      throw refused.cause();
    }
    return one.get(0);
  }

  private CompletableFuture<Answer> async(
      Head<? extends Answer> head, Picture picture, long timeout, Runnable ended) {
    return intake.async(
        new Calls.Answers(intake.course(), head, List.of(picture), timeout), timeout, ended);
  }

  /**
   * What the network gives for the model's own pictures; the caller's limits don't hold for them.
   */
  List<float[]> selfTestLogits(List<byte[]> pictures) {
    parts.requireCaller();
    return CallWait.until(intake.submit(Calls.Logits.ofSelfTest(intake.course(), pictures)));
  }

  /**
   * What the network gives for pictures before it is made confidences.
   *
   * @param timeout nanoseconds in which it must; 0 for any time
   * @throws ModelException if it has no classes
   * @throws PictureException if one can't be read
   */
  public List<float[]> logits(List<Picture> pictures, long timeout) {
    parts.requireCaller();
    int columns = classes().readout().columns();
    if (pictures.isEmpty()) {
      return List.of();
    }
    return CallWait.until(intake.submit(Calls.Logits.of(intake.course(), pictures, timeout)))
        .stream()
        .map(row -> Arrays.copyOf(row, columns))
        .toList();
  }

  /**
   * Refuses who would wait for himself if he waited for this.
   *
   * @throws IllegalStateException in a thread of its own
   */
  public void requireCaller() {
    parts.requireCaller();
  }

  /** One more hears of calls. */
  public void listen(CallListener listener) {
    intake.listen(listener);
  }

  /** Frees this when {@code owner} was forgotten. */
  public void guard(Object owner) {
    Forgotten watched = new Forgotten.Owner(owner, this);
    guard = watched;
    Leaks.watch(watched);
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
    if (intake.isClosed()) {
      throw new RecognizerClosedException("The recognizer is closed: it takes no memory.");
    }
    parts.failure().requireNone();
    return engine().memory();
  }

  /** How it goes; waits for nothing. */
  Stats stats() {
    return stats("");
  }

  /** The same, of a model whose file has this SHA-256. */
  Stats stats(String sha256) {
    return intake.stats(sha256, closed ? NativeMemory.NONE : parts.memory());
  }

  /** Calls that are accepted and not over. */
  int inFlight() {
    return intake.inFlight();
  }

  /**
   * Refuses calls from now on and waits for those that were accepted.
   *
   * @return whether all were over within the time
   */
  public boolean drain(long nanos) {
    parts.requireCaller();
    return intake.drain(nanos);
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
      intake.close();
      parts.close();
    } catch (RuntimeException e) {
      // a device that has failed takes nothing back: what it holds goes with the process
      if (!parts.failure().isThere()) {
        throw e;
      }
    } finally {
      OpenServices.remove(this);
      Forgotten watched = guard;
      if (watched != null) {
        Leaks.release(watched);
      }
    }
  }

  private boolean lockedWithin(long nanos) {
    return Uninterrupted.within(nanos, left -> closing.tryLock(left, TimeUnit.NANOSECONDS));
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
