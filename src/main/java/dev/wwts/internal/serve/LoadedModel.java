package dev.wwts.internal.serve;

import dev.wwts.ModelException;
import dev.wwts.ModelInfo;
import dev.wwts.OutOfDeviceMemoryException;
import dev.wwts.PictureException;
import dev.wwts.Precision;
import dev.wwts.Stats;
import dev.wwts.Verification;
import dev.wwts.internal.events.Events;
import dev.wwts.internal.events.LoadEvent;
import dev.wwts.internal.head.ClassHead;
import dev.wwts.internal.head.Heads;
import dev.wwts.internal.lane.Engine;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.model.Manifest;
import dev.wwts.internal.model.SelfTest;
import dev.wwts.internal.natives.LowPriority;
import dev.wwts.internal.remark.Remark;
import dev.wwts.internal.settings.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A model that is loaded, warm and tested, in fp32 where it does not answer rightly in less, and
 * the service that runs it.
 */
public final class LoadedModel {
  private final Service service;
  private final ModelInfo info;
  private final Manifest manifest;
  private final Optional<SelfTest> selfTest;
  private final String sha256;

  private LoadedModel(Service service, Bundle bundle, Heads heads, String sha256) {
    this.service = service;
    this.sha256 = sha256;
    this.manifest = bundle.manifest();
    this.selfTest = bundle.selfTest();
    this.info = info(bundle, heads, service);
  }

  /**
   * Loads a model.
   *
   * @throws ModelException if it is not whole, not valid or not the pinned one
   * @throws dev.wwts.DeviceException if the device or the natives are not there
   */
  public static LoadedModel load(Path file, Settings wish) {
    LoadEvent event = Events.load();
    try {
      LoadedModel model =
          wish.shutdownHook() ? OpenServices.load(() -> loaded(file, wish)) : loaded(file, wish);
      if (event != null) {
        ModelInfo info = model.info;
        event.loaded(
            file.toString(), info.name(), info.device().toString(), info.precision().toString());
      }
      return model;
    } catch (RuntimeException | Error e) {
      if (e instanceof OutOfDeviceMemoryException memory) {
        Events.outOfMemory("load", 0, memory.requestedBytes(), memory.freeBytes(), false);
      }
      if (event != null) {
        event.failed(file.toString(), e);
      }
      throw e;
    }
  }

  private static LoadedModel loaded(Path file, Settings settings) {
    Bundle bundle =
        LowPriority.call(() -> Bundle.read(file, settings.sha256(), settings.trusted()));
    Heads heads = Heads.of(bundle, settings);
    String sha256 = digest(bundle, settings.sha256());
    Engine engine = engine(bundle, heads, settings);
    boolean isCompiled = bundle.library().isPresent();
    boolean isExact = engine.precision() == Precision.FP32;
    if (!isExact && bundle.selfTest().isEmpty()) {
      engine.remark(new Remark.NoSelfTest(engine.precision()));
    }
    String fault;
    try {
      Service service = Service.open(engine, bundle, heads, settings);
      LoadedModel model = new LoadedModel(service, bundle, heads, sha256);
      fault = isExact && !isCompiled ? "" : model.selfTestFault();
      if (fault.isEmpty()) {
        return model;
      }
      service.close();
    } catch (ModelException e) {
      if (isExact || isCompiled || e.reason() != ModelException.Reason.BAD_OUTPUT) {
        throw e;
      }
      fault = "fails (" + e.getMessage() + ")";
    }
    if (isCompiled) {
      throw new ModelException(
          ModelException.Reason.BAD_OUTPUT,
          "%s: its machine code %s: export it again on this machine."
              .formatted(bundle.path(), fault));
    }
    Remark fallback = new Remark.FailedSelfTest(bundle.path(), engine.precision(), fault);
    return inFullPrecision(
        bundle.again(), heads, settings.precision(Precision.FP32), fallback, sha256);
  }

  /** Before it is loaded, as its content is gone then. */
  private static String digest(Bundle bundle, @Nullable String pin) {
    if (pin != null) {
      return pin.trim().toLowerCase(Locale.ROOT);
    }
    return bundle.manifest().embedding().isEmpty() ? "" : bundle.content().sha256();
  }

  private static LoadedModel inFullPrecision(
      Bundle bundle, Heads heads, Settings settings, Remark fallback, String sha256) {
    Engine engine = engine(bundle, heads, settings);
    engine.remark(fallback);
    return new LoadedModel(Service.open(engine, bundle, heads, settings), bundle, heads, sha256);
  }

  /** Closes the bundle, whose content is no longer needed then. */
  private static Engine engine(Bundle bundle, Heads heads, Settings settings) {
    try {
      return Engine.load(bundle, heads.readouts(), settings);
    } catch (OutOfMemoryError e) {
      throw DeviceFailure.thrown(e);
    }
  }

  private static ModelInfo info(Bundle bundle, Heads heads, Service service) {
    Manifest manifest = bundle.manifest();
    Engine engine = service.engine();
    return new ModelInfo(
        manifest.name(),
        manifest.family(),
        manifest.license(),
        manifest.trained(),
        manifest.input().width(),
        manifest.input().height(),
        bundle.labels(),
        manifest.embedding().map(Manifest.Embedding::length).orElse(0),
        bundle.text().isPresent(),
        heads.classes().map(ClassHead::threshold).orElse(manifest.output().threshold()),
        engine.device(),
        engine.precision(),
        engine.threads());
  }

  /**
   * What is wrong with the answers in less than 32 bits, or of code that another machine compiled;
   * empty if nothing is, or if nothing tells.
   */
  private String selfTestFault() {
    if (selfTest.isEmpty()) {
      return "";
    }
    try {
      Verification verification = verify();
      return verification.passed()
          ? ""
          : "answers %d of %d clear self-test pictures as the reference does, logits differ by up to %.3f of the largest, probabilities by %.3f, embeddings have a cosine of %.4f or more"
              .formatted(
                  verification.agreeing(),
                  verification.clear(),
                  verification.logitDifference(),
                  verification.probabilityDifference(),
                  verification.embeddingCosine());
    } catch (ModelException e) {
      return "fails its self-test (" + e.getMessage() + ")";
    } catch (Throwable e) {
      service.closeAfter(e);
      throw e;
    }
  }

  /**
   * Replays the model's self-test on its device, in its precision.
   *
   * @throws ModelException if the model has none
   */
  public Verification verify() {
    if (selfTest.isEmpty()) {
      throw new ModelException(
          ModelException.Reason.NO_SELF_TEST,
          info.name() + " has no self-test: export it with models/export.py.");
    }
    SelfTest test = selfTest.get();
    try {
      return SelfTestRun.compare(
          test,
          service.selfTestLogits(test.pictures()),
          test.texts().map(it -> service.ownTextEmbeddings(it.texts())).orElse(List.of()),
          manifest.output().activation(),
          info.precision(),
          info.device().kind());
    } catch (PictureException e) {
      throw new ModelException(
          ModelException.Reason.CORRUPT, info.name() + ": " + e.getMessage(), e);
    }
  }

  /** For people and logs. */
  public ModelInfo info() {
    return info;
  }

  /** Of the file, where it was asked for or the model gives embeddings; else empty. */
  public String sha256() {
    return sha256;
  }

  /** What runs it. */
  public Service service() {
    return service;
  }

  /** How it goes; waits for nothing. */
  public Stats stats() {
    return service.stats(sha256);
  }

  /** How it runs and what fell back. */
  public List<Remark> remarks() {
    return service.remarks();
  }
}
