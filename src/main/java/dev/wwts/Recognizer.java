package dev.wwts;

import dev.wwts.PictureException.Reason;
import dev.wwts.internal.remark.Remark;
import dev.wwts.internal.serve.LoadedModel;
import dev.wwts.internal.serve.Service;
import dev.wwts.internal.serve.TextLabels;
import dev.wwts.internal.settings.Settings;
import dev.wwts.internal.text.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Recognises pictures with a model. One recognizer serves any number of threads.
 *
 * <pre>{@code
 * try (Recognizer recognizer = Recognizer.load(Path.of("models/default.pt"))) {
 *   List<Recognition> top = recognizer.recognize(bytes);
 * }
 * }</pre>
 *
 * <p>After an error that a GPU never forgives in a process (a wrong address, its memory's) each
 * call throws the same {@link DeviceException}, which says to restart the process.
 *
 * <p>A call is accepted, or refused at once with an {@link OverloadedException}; an accepted one
 * ends in exactly one outcome. Native code runs in the recognizer's own threads, lanes and
 * decoders: whoever calls, a virtual thread too, only waits, and an interrupt ends that at once.
 *
 * <p>{@link #close()} and {@link #drain} let accepted calls end; later ones throw {@link
 * RecognizerClosedException}. At the JVM's end open recognizers close themselves the same way,
 * after their owners had {@link RecognizerBuilder#shutdownGrace time} to, as native code must not
 * run while its libraries are torn down.
 */
public final class Recognizer implements AutoCloseable {
  private final LoadedModel model;
  private final Settings settings;

  private Recognizer(LoadedModel model, Settings settings) {
    this.model = model;
    this.settings = settings;
    model.service().guard(this);
  }

  /**
   * Loads a model with all defaults.
   *
   * @throws ModelException if the model is not whole or not valid
   * @throws DeviceException if the natives are not there
   */
  public static Recognizer load(Path model) {
    return builder(model).load();
  }

  /**
   * Loads a model that must have this SHA-256, 64 hexadecimal digits, with all defaults.
   *
   * @throws ModelException also if it has another one
   */
  public static Recognizer load(Path model, String sha256) {
    return builder(model).sha256(sha256).load();
  }

  /** Settings for a model. */
  public static RecognizerBuilder builder(Path model) {
    return new RecognizerBuilder(model);
  }

  static Recognizer load(Path model, Settings settings) {
    return new Recognizer(LoadedModel.load(model, settings), settings);
  }

  /**
   * The best classes of an encoded picture, best first; empty if it is not recognised.
   *
   * @throws PictureException if it can't be read
   */
  public List<Recognition> recognize(byte[] picture) {
    return answer(Picture.of(picture)).results();
  }

  /**
   * The same for a buffer, from its position to its limit; direct buffers are decoded without a
   * copy.
   *
   * @throws PictureException if it can't be read
   */
  public List<Recognition> recognize(ByteBuffer picture) {
    return answer(Picture.of(picture)).results();
  }

  /**
   * The same for a file.
   *
   * @throws PictureException if it can't be read
   */
  public List<Recognition> recognize(Path picture) {
    return answer(Picture.of(picture)).results();
  }

  /**
   * The same for a stream, which is read to its end, or one byte over the limit, and not closed.
   *
   * @throws PictureException if it can't be read
   */
  public List<Recognition> recognize(InputStream picture) {
    int most = (int) Math.min(settings.limits().maxBytes(), Integer.MAX_VALUE - 9) + 1;
    try {
      return recognize(picture.readNBytes(most));
    } catch (IOException e) {
      throw new PictureException(
          Reason.UNREADABLE, "The stream can't be read (" + e.getMessage() + ").", e);
    }
  }

  /**
   * What a picture was recognised as, and what each stage took.
   *
   * @throws PictureException if it can't be read
   * @throws OverloadedException if too many calls wait
   * @throws DeadlineExceededException if it is not answered in the builder's timeout
   * @throws CallInterruptedException if the thread is interrupted while it waits
   */
  public Answer.Recognized answer(Picture picture) {
    return with(service -> service.answer(picture, settings.timeout()));
  }

  /**
   * The same with a timeout of its own.
   *
   * @throws DeadlineExceededException if it is not answered within it
   */
  public Answer.Recognized answer(Picture picture, Duration timeout) {
    long nanos = Ranges.nanos("timeout", timeout);
    return with(service -> service.answer(picture, nanos));
  }

  /**
   * The same without waiting: the future gets {@link Answer.Refused} for a picture that can't be
   * read, and ends exceptionally with what {@link #answer(Picture)} throws otherwise. Cancelling it
   * takes the call out of the queue. Of calls that failed or were refused and whose future nobody
   * ever asked some are logged, with where they were made, each place once; -Dwwts.leaks=all tells
   * of all, off of none.
   */
  public CompletableFuture<Answer> answerAsync(Picture picture) {
    return answerAsync(picture, () -> {});
  }

  /** The same, with what is to be done when the call has ended or was not accepted. */
  CompletableFuture<Answer> answerAsync(Picture picture, Runnable ended) {
    return with(service -> service.answerAsync(picture, settings.timeout(), ended));
  }

  /** The fence: a recognizer is not forgotten while one of its calls waits. */
  private <R> R with(Function<Service, R> use) {
    try {
      return use.apply(model.service());
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * The same for many pictures, as one forward; one that can't be read is refused, the others are
   * answered.
   *
   * @param pictures at most 4096
   */
  public List<Answer> answers(List<Picture> pictures) {
    List<Picture> batch = batch(pictures);
    return with(service -> service.answers(batch, settings.timeout()));
  }

  private static List<Picture> batch(List<Picture> pictures) {
    if (pictures.size() > Ranges.MOST_PICTURES) {
      throw new IllegalArgumentException(
          "A batch has at most "
              + Ranges.MOST_PICTURES
              + " pictures, not "
              + pictures.size()
              + ".");
    }
    return List.copyOf(pictures);
  }

  /**
   * What a picture is like, as numbers: the features that the model's last layer judges by, of
   * length 1, so that the product of two embeddings is their cosine. All zeros where the features
   * are. {@link ModelInfo#embedding} says how many.
   *
   * @throws ModelException if the model gives none
   * @throws PictureException if it can't be read, and all that {@link #answer(Picture)} throws
   */
  public float[] embed(Picture picture) {
    return with(service -> service.embedding(picture, settings.timeout())).vector();
  }

  /**
   * The same for many pictures, as one forward: an {@link Answer.Embedded} for each, or an {@link
   * Answer.Refused} for one that can't be read.
   *
   * @param pictures at most 4096
   * @throws ModelException if the model gives none
   */
  public List<Answer> embeddings(List<Picture> pictures) {
    List<Picture> batch = batch(pictures);
    return with(service -> service.embeddings(batch, settings.timeout()));
  }

  /**
   * The same for one without waiting; the future is as that of {@link #answerAsync(Picture)}.
   *
   * @throws ModelException if the model gives none
   */
  public CompletableFuture<Answer> embedAsync(Picture picture) {
    return with(service -> service.embeddingAsync(picture, settings.timeout()));
  }

  /**
   * What a text is like, as numbers that lie where those of pictures do: of length 1, so that the
   * product with a picture's is their similarity. Any text has one: what is behind the model's last
   * word is cut off as Python cuts it, and half of a surrogate pair is left out.
   *
   * @throws ModelException if the model has no text tower
   * @throws OverloadedException and what {@link #answer(Picture)} throws else of a call
   */
  public float[] embed(String text) {
    return with(service -> service.textEmbeddings(List.of(text), settings.timeout())).get(0);
  }

  /**
   * The same for many, some to a forward, each within the timeout.
   *
   * @throws ModelException if the model has no text tower
   */
  public List<float[]> embedTexts(List<String> texts) {
    List<String> all = List.copyOf(texts);
    return with(service -> service.textEmbeddings(all, settings.timeout()));
  }

  /**
   * The same without waiting: the future gets an {@link Answer.Embedded}, and is else as that of
   * {@link #answerAsync(Picture)}.
   *
   * @throws ModelException if the model has no text tower
   */
  public CompletableFuture<Answer> embedAsync(String text) {
    return with(service -> service.textEmbeddingAsync(text, settings.timeout()));
  }

  /**
   * How well a text says what a picture shows: the cosine of their embeddings, -1 to 1. What is
   * much for a model, its own pictures must tell; of several texts the greatest says most.
   *
   * @throws ModelException if the model has no text tower
   * @throws PictureException if the picture can't be read, and all that {@link #answer(Picture)}
   *     throws
   */
  public double score(Picture picture, String text) {
    return with(service -> service.score(picture, text, settings.timeout()));
  }

  /**
   * Which of some labels a picture shows, as {@link #answer(Picture)}: confidences are the softmax
   * of what {@link #score} gives for the labels' texts, scaled as the model was trained; of a model
   * that was trained so, as SigLIP, the sigmoid of each, and all that reach a threshold are tags.
   *
   * @throws ModelException if the model has no text tower
   */
  public Answer.Recognized answer(Picture picture, Labels labels) {
    TextLabels texts = texts(labels);
    return with(service -> service.answer(texts, picture, settings.timeout()));
  }

  /**
   * The same with a timeout of its own.
   *
   * @throws DeadlineExceededException if it is not answered within it
   */
  public Answer.Recognized answer(Picture picture, Labels labels, Duration timeout) {
    long nanos = Ranges.nanos("timeout", timeout);
    TextLabels texts = texts(labels);
    return with(service -> service.answer(texts, picture, nanos));
  }

  /**
   * The same for many pictures, as {@link #answers(List)}.
   *
   * @param pictures at most 4096
   */
  public List<Answer> answers(List<Picture> pictures, Labels labels) {
    List<Picture> batch = batch(pictures);
    TextLabels texts = texts(labels);
    return with(service -> service.answers(texts, batch, settings.timeout()));
  }

  /** The same as {@link #answerAsync(Picture)}, but waits for labels that it meets first. */
  public CompletableFuture<Answer> answerAsync(Picture picture, Labels labels) {
    TextLabels texts = texts(labels);
    return with(service -> service.answerAsync(texts, picture, settings.timeout()));
  }

  /**
   * What the network gives for pictures before it is made confidences: a number for each class, in
   * the order of {@link ModelInfo#labels}, each picture in a forward of its own. A {@link
   * Picture.Tensor} makes it the network alone.
   *
   * @param pictures at most 4096
   * @throws ModelException if the model has no classes
   * @throws PictureException if one can't be read, and all that {@link #answer(Picture)} throws
   */
  public List<float[]> logits(List<Picture> pictures) {
    List<Picture> batch = batch(pictures);
    return with(service -> service.logits(batch, settings.timeout()));
  }

  private TextLabels texts(Labels labels) {
    // without a timeout, which is for one picture
    List<float[]> embeddings =
        labels.embeddings(this, texts -> with(service -> service.textEmbeddings(texts, 0)));
    return new TextLabels(labels.names(), embeddings, labels.threshold(), labels.minSimilarity());
  }

  /**
   * Replays the model's self-test on this device, in this precision.
   *
   * @throws ModelException if the model has none
   */
  public Verification verify() {
    return with(service -> model.verify());
  }

  /** The loaded model. */
  public ModelInfo model() {
    return model.info();
  }

  /**
   * Whose embeddings these are, the SHA-256 of the model's file.
   *
   * @throws ModelException if the model gives none
   */
  String embeddingModel() {
    embeddings(List.of()); // says what to do
    return model.sha256();
  }

  /**
   * How the model runs and what fell back (precision, layout, kernel, graphs), a sentence each, for
   * people.
   */
  public List<String> remarks() {
    return typedRemarks().stream().map(remark -> Printable.line(remark.sentence())).toList();
  }

  /** The same for code, which must not depend on sentences. */
  List<Remark> typedRemarks() {
    return model.remarks();
  }

  /**
   * What it takes of a GPU's memory now; empty on a CPU. Waits for no call.
   *
   * @throws RecognizerClosedException after {@link #close}
   */
  public Optional<DeviceMemory> memory() {
    return with(Service::memory);
  }

  /** Refuses who would wait for himself: a listener, in a thread of its own. */
  void requireCaller() {
    model.service().requireCaller();
  }

  /** One more hears of calls. */
  void listen(CallListener listener) {
    model.service().listen(listener);
  }

  /** How it goes: what waits, what is busy, how calls ended. Waits for nothing. */
  public Stats stats() {
    return model.stats();
  }

  /**
   * Refuses calls from now on, as {@link #close} does, and waits for those that were accepted.
   *
   * @return whether all ended within the time; if not, they go on
   */
  public boolean drain(Duration time) {
    return with(service -> service.drain(Ranges.nanosOrNone("time", time)));
  }

  /** Waits for accepted calls and frees everything; closing twice does nothing. */
  @Override
  public void close() {
    with(
        service -> {
          service.close();
          return this;
        });
  }
}
