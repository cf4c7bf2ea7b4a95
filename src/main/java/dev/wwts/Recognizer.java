package dev.wwts;

import dev.wwts.PictureException.Reason;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.model.Manifest;
import dev.wwts.internal.model.SelfTest;
import dev.wwts.internal.settings.Settings;
import dev.wwts.internal.text.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
 * <p>{@link #close()} waits for calls in flight; later calls throw IllegalStateException. At the
 * JVM's end open recognizers close themselves the same way, as native code must not run while its
 * libraries are torn down.
 */
public final class Recognizer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Recognizer.class);

  private static final int MOST_PICTURES = 4096;

  private final ModelInfo info;
  private final Manifest manifest;
  private final List<SelfTest> selfTest;
  private final Settings settings;
  private final Resources resources;
  private final String remark;

  private Recognizer(Bundle bundle, Settings settings, Resources resources, String remark) {
    this.remark = remark;
    this.manifest = bundle.manifest();
    this.selfTest = bundle.selfTest().stream().toList();
    this.settings = settings;
    this.resources = resources;
    this.info = resources.info(bundle, settings);
    resources.guard(this);
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

  static Recognizer load(Path model, Settings wish) {
    return load(Bundle.read(model, wish.sha256(), wish.trusted()), wish);
  }

  private static Recognizer load(Bundle bundle, Settings wish) {
    Settings settings =
        wish.threshold() != Settings.FROM_MANIFEST
            ? wish
            : wish.threshold(bundle.manifest().output().threshold());
    Resources resources = Resources.open(bundle, settings);
    Precision precision = resources.precision();
    String fault;
    try {
      resources.warmUp(settings.batchSizes());
      Recognizer recognizer =
          new Recognizer(bundle, settings, resources, unchecked(bundle, precision));
      fault = recognizer.selfTestFault(bundle.library().isPresent());
      if (fault.isEmpty()) {
        return recognizer;
      }
    } catch (ModelException e) {
      if (precision == Precision.FP32
          || bundle.library().isPresent()
          || e.reason() != ModelException.Reason.BAD_OUTPUT) {
        resources.closeAfter(e);
        throw e;
      }
      fault = "fails (" + e.getMessage() + ")";
    } catch (Throwable e) {
      resources.closeAfter(e);
      throw e;
    }
    resources.close();
    if (bundle.library().isPresent()) {
      throw new ModelException(
          ModelException.Reason.BAD_OUTPUT,
          "%s: its machine code %s: export it again on this machine."
              .formatted(bundle.path(), fault));
    }
    String fallback =
        Printable.line(
            "%s in %s %s: falling back to fp32.".formatted(bundle.path(), precision, fault));
    LOG.warn("{}", fallback);
    return openExact(bundle.again(), settings.precision(Precision.FP32), fallback);
  }

  /** What was not checked of a model that runs in less than 32 bits; empty where all was. */
  private static String unchecked(Bundle bundle, Precision precision) {
    return precision == Precision.FP32 || bundle.selfTest().isPresent()
        ? ""
        : "The model has no self-test: that its answers in %s are finite is all that was checked."
            .formatted(precision);
  }

  private static Recognizer openExact(Bundle bundle, Settings settings, String remark) {
    Resources resources = Resources.open(bundle, settings);
    try {
      resources.warmUp(settings.batchSizes());
      return new Recognizer(bundle, settings, resources, remark);
    } catch (Throwable e) {
      resources.closeAfter(e);
      throw e;
    }
  }

  /**
   * What is wrong with the answers in less than 32 bits, or of code that another machine compiled;
   * empty if nothing is, or if nothing tells.
   */
  private String selfTestFault(boolean isCompiled) {
    if ((info.precision() == Precision.FP32 && !isCompiled) || selfTest.isEmpty()) {
      return "";
    }
    try {
      Verification verification = verify();
      return verification.passed()
          ? ""
          : "answers %d of %d clear self-test pictures as the reference does, logits differ by up to %.3f of the largest, probabilities by %.3f"
              .formatted(
                  verification.agreeing(),
                  verification.clear(),
                  verification.logitDifference(),
                  verification.probabilityDifference());
    } catch (ModelException e) {
      return "fails its self-test (" + e.getMessage() + ")";
    }
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
   */
  public Answer.Recognized answer(Picture picture) {
    return with(worker -> worker.answer(picture));
  }

  /** The fence: a recognizer is not forgotten while one of its calls waits for a worker. */
  private <R> R with(Function<Worker, R> use) {
    try {
      return resources.with(use);
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
    List<Picture> batch = List.copyOf(pictures);
    if (batch.size() > MOST_PICTURES) {
      throw new IllegalArgumentException(
          "A batch has at most " + MOST_PICTURES + " pictures, not " + batch.size() + ".");
    }
    return batch.isEmpty() ? List.of() : with(worker -> worker.answers(batch));
  }

  /**
   * Replays the model's self-test on this device, in this precision.
   *
   * @throws ModelException if the model has none
   */
  public Verification verify() {
    if (selfTest.isEmpty()) {
      throw new ModelException(
          ModelException.Reason.NO_SELF_TEST,
          info.name() + " has no self-test: export it with models/export.py.");
    }
    SelfTest test = selfTest.get(0);
    try {
      return SelfTestRun.compare(
          test,
          with(worker -> worker.logits(test.pictures())),
          manifest.output().activation(),
          info.precision(),
          info.device().kind());
    } catch (PictureException e) {
      throw new ModelException(
          ModelException.Reason.CORRUPT, info.name() + ": " + e.getMessage(), e);
    }
  }

  /** The loaded model. */
  public ModelInfo model() {
    return info;
  }

  /**
   * How the model runs and what fell back (precision, layout, kernel, graphs), a sentence each, for
   * people.
   */
  public List<String> remarks() {
    List<String> remarks = new ArrayList<>(resources.remarks());
    if (!remark.isEmpty()) {
      remarks.add(remark);
    }
    return List.copyOf(remarks);
  }

  /**
   * What it takes of a GPU's memory now; empty on a CPU.
   *
   * @throws IllegalStateException after {@link #close}
   */
  public Optional<DeviceMemory> memory() {
    return with(worker -> resources.memory());
  }

  /** Waits for calls in flight and frees everything; closing twice does nothing. */
  @Override
  public void close() {
    resources.close();
  }
}
