package dev.wwts.internal.swap;

import dev.wwts.ModelException;
import dev.wwts.ModelVersion;
import dev.wwts.Precision;
import dev.wwts.SwapException;
import dev.wwts.SwapException.Reason;
import dev.wwts.Verification;
import dev.wwts.internal.model.Sha256;
import dev.wwts.internal.natives.LowPriority;
import java.nio.file.Path;
import java.util.Locale;

/** Loads a model for a slot and makes sure that it may be asked: memory, file, self-test. */
public final class ModelLoader {
  private final MemoryGate gate;
  private final boolean requireSelfTest;

  /**
   * Makes one.
   *
   * @param requireSelfTest whether a model without a self-test is refused
   */
  public ModelLoader(MemoryGate gate, boolean requireSelfTest) {
    this.gate = gate;
    this.requireSelfTest = requireSelfTest;
  }

  /** Loads it, warmed up and tested. */
  public <M extends Candidate> Generation<M> load(Wish<M> wish, long generation) {
    return gate.load(wish.file(), () -> loaded(wish, generation));
  }

  private <M extends Candidate> Generation<M> loaded(Wish<M> wish, long generation) {
    String before = digest(wish);
    M model = wish.load().get();
    try {
      if (!digest(wish).equals(before)) {
        throw new ModelException(
            ModelException.Reason.UNREADABLE,
            wish.file() + " changed while it was loaded: load it again.");
      }
      test(wish, model);
      return new Generation<>(
          model, new ModelVersion(generation, wish.file(), before, model.model()));
    } catch (Throwable e) {
      closeAfter(e, model);
      throw e;
    }
  }

  /** What was pinned is what was loaded; else the file is the same before and after. */
  private static String digest(Wish<?> wish) {
    String pin = wish.pin();
    return pin == null
        ? LowPriority.call(() -> Sha256.of(wish.file()))
        : pin.trim().toLowerCase(Locale.ROOT);
  }

  private void test(Wish<?> wish, Candidate model) {
    Path file = wish.file();
    Precision precision = model.model().precision();
    if (wish.precision() != Precision.AUTO && wish.precision() != precision) {
      throw new SwapException(
          Reason.SELF_TEST,
          "%s in %s does not answer as its self-test and would run in %s: ask for that, or for auto."
              .formatted(file, wish.precision(), precision));
    }
    Verification verification;
    try {
      verification = model.verify();
    } catch (ModelException e) {
      if (e.reason() != ModelException.Reason.NO_SELF_TEST) {
        throw e;
      }
      if (requireSelfTest) {
        throw new SwapException(
            Reason.SELF_TEST, file + " has no self-test: export it with models/export.py.", e);
      }
      return;
    }
    if (!verification.passed()) {
      throw new SwapException(
          Reason.SELF_TEST,
          "%s fails its self-test on %s in %s: %d of %d clear pictures as the reference, logits differ by up to %.3f of the largest (allowed: %.3f): export it again."
              .formatted(
                  file,
                  model.model().device(),
                  precision,
                  verification.agreeing(),
                  verification.clear(),
                  verification.logitDifference(),
                  verification.logitTolerance()));
    }
  }

  /** Closes a model because of an error; what else fails is told with it. */
  public static void closeAfter(Throwable error, Candidate model) {
    try {
      model.close();
    } catch (RuntimeException e) {
      error.addSuppressed(e);
    }
  }
}
