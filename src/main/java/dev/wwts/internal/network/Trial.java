package dev.wwts.internal.network;

import dev.wwts.internal.image.Decoder;
import dev.wwts.internal.image.Limits;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.model.Recipe;
import dev.wwts.internal.pixels.NativeBuffer;
import dev.wwts.internal.torch.Logits;
import dev.wwts.internal.torch.Owned;
import dev.wwts.internal.torch.Preprocessor;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Holds the answers of a changed network against those of the plain one, before it is used: on a
 * picture of the model's self-test and on noise, together and alone. The plain network's answers
 * are kept, not the network: its weights would lie beside the changed one's.
 */
final class Trial implements AutoCloseable {
  /**
   * What the order of float32 additions may change of logits, as a share of the largest: networks
   * of a hundred layers stay below a tenth of it.
   */
  static final double FLOAT = 1e-4;

  /**
   * The same for bfloat16, whose values are {@code 2^-9} apart from what they stand for, and for a
   * card's other types, which are finer.
   */
  static final double SIXTEEN_BITS = 0.02;

  /** Noise of about the last bits of an input. */
  private static final double TOUCH = 1e-6;

  /** The same for half, and for TF32, in which cards multiply float32. */
  private static final double TOUCH_ON_CARD = 0x1p-11;

  /**
   * So many times what {@link #TOUCH} moves the plain network's logits by: rounding happens at
   * every layer, the noise came in at the first.
   */
  private static final double TOUCHES = 10;

  /** So many times what the plain network itself loses in 16 bits. */
  private static final double LOSSES = 2;

  private static final int TIMED = 3;
  private static final double NANOS = 1e9;
  private static final long SEED = 20261126;

  /** Of even noise whose variance is 1, as a normalised picture's is. */
  private static final double SPREAD = Math.sqrt(12);

  private final Bundle bundle;

  /** 2 x 3 x H x W. */
  private final Owned<Tensor> rows;

  /** 2 x columns. */
  private @Nullable Owned<Tensor> expected;

  /** Makes one, inside a pointer scope; it expects nothing yet. */
  Trial(Bundle bundle) {
    this.bundle = bundle;
    this.rows = new Owned<>(made());
  }

  /** What networks are asked. */
  Tensor input() {
    return rows.get();
  }

  /**
   * Expects the answers of a plain network in float32.
   *
   * @throws dev.wwts.ModelException if it does not run
   */
  void expect(Network plain) {
    closeExpected();
    expected = new Owned<>(answer(plain, rows.get(), torch.ScalarType.Float));
  }

  /**
   * Expects a plain network's answers, which it takes over.
   *
   * @throws dev.wwts.ModelException if they are none
   */
  void expect(Owned<Tensor> answers) {
    closeExpected();
    try (answers) {
      expected = Logits.checked(bundle, answers.get(), 2);
    }
  }

  /** Whether a plain network that does not run for both rows does for one, as some traces do. */
  boolean runsAlone(Network plain) {
    try {
      answer(plain, rows.get().narrow(0, 0, 1), torch.ScalarType.Float);
      return true;
    } catch (RuntimeException e) {
      return false;
    }
  }

  private Tensor expected() {
    return Objects.requireNonNull(expected, "expect comes first").get();
  }

  /** 2 x 3 x H x W: a picture, normalised, if the model has one, and noise of such a spread. */
  private Tensor made() {
    Recipe recipe = bundle.manifest().input();
    SplittableRandom random = new SplittableRandom(SEED);
    float[] noise = new float[2 * 3 * recipe.height() * recipe.width()];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (float) ((random.nextDouble() - 0.5) * SPREAD);
    }
    Tensor made = torch.tensor(noise).view(2, 3, recipe.height(), recipe.width());
    bundle.selfTest().ifPresent(test -> write(test.pictures().get(0), made.narrow(0, 0, 1)));
    return made;
  }

  private void write(byte[] picture, Tensor row) {
    Recipe recipe = bundle.manifest().input();
    NativeBuffer pixels = new NativeBuffer();
    try (Decoder decoder = new Decoder(Limits.DEFAULT, recipe.alpha());
        Preprocessor preprocessor = new Preprocessor(recipe, torch.ScalarType.Float)) {
      preprocessor.write(
          decoder.decode(ByteBuffer.wrap(picture), pixels, "a picture of the self-test"), row);
    } finally {
      pixels.close();
    }
  }

  /** The input is copied, as a network may write over it. */
  private Tensor answer(Network network, Tensor input, torch.ScalarType type) {
    Tensor copy = input.clone().to(type);
    Tensor laid =
        network.wantsChannelsLast() ? copy.contiguous(torch.MemoryFormat.ChannelsLast) : copy;
    try (Owned<Tensor> logits =
        Logits.checked(bundle, network.forward(laid), (int) input.size(0))) {
      return logits.get().clone();
    }
  }

  /**
   * By how much a network's logits differ from what was expected, as a share of the largest; or its
   * embeddings, if they differ more.
   *
   * @throws RuntimeException if it fails
   */
  double difference(Network network, torch.ScalarType type) {
    return difference(network, type, rows.get());
  }

  private double difference(Network network, torch.ScalarType type, Tensor two) {
    Tensor first = expected().narrow(0, 0, 1);
    Tensor together = answer(network, two, type).sub(expected());
    Tensor alone = answer(network, two.narrow(0, 0, 1), type).sub(first);
    int classes = bundle.manifest().output().classes();
    double ofLogits = difference(together, alone, 0, classes);
    return bundle
        .manifest()
        .embedding()
        .map(it -> Math.max(ofLogits, difference(together, alone, classes, it.length())))
        .orElse(ofLogits);
  }

  /** The same of a range of columns; 0 where there is none. */
  private double difference(Tensor together, Tensor alone, int from, int columns) {
    if (columns == 0) {
      return 0;
    }
    double difference =
        Math.max(most(together.narrow(1, from, columns)), most(alone.narrow(1, from, columns)));
    return Double.isNaN(difference)
        ? Double.POSITIVE_INFINITY
        : difference == 0 ? 0 : difference / most(expected().narrow(1, from, columns));
  }

  /** How far rounding may move the logits of a network that is as touchy as the plain one. */
  double allowed(Network plain) {
    return Math.max(FLOAT, TOUCHES * moved(plain, TOUCH));
  }

  /** The same on a card, where a product has at most half's bits. */
  double allowedOnCard(Network plain) {
    return Math.max(SIXTEEN_BITS, TOUCHES * moved(plain, TOUCH_ON_CARD));
  }

  private double moved(Network plain, double touch) {
    Tensor noise = rows.get().narrow(0, 1, 1).mul(new Scalar(touch));
    return difference(plain, torch.ScalarType.Float, rows.get().add(noise));
  }

  /** How far rounding to bfloat16 may move them where the plain network has a loss in it. */
  static double allowed(double loss) {
    return Math.max(SIXTEEN_BITS, LOSSES * loss);
  }

  /** How many forwards a second of one picture. */
  double speed(Network network, torch.ScalarType type) {
    Tensor one = rows.get().narrow(0, 0, 1);
    long best = Long.MAX_VALUE;
    for (int i = 0; i < TIMED; i++) {
      long start = System.nanoTime();
      answer(network, one, type);
      best = Math.min(best, System.nanoTime() - start);
    }
    return NANOS / best;
  }

  private static double most(Tensor values) {
    return values.abs().max().item().toDouble();
  }

  private void closeExpected() {
    if (expected != null) {
      expected.close();
      expected = null;
    }
  }

  @Override
  public void close() {
    rows.close();
    closeExpected();
  }
}
