package dev.wwts.torch;

import dev.wwts.bundle.Bundle;
import dev.wwts.bundle.Recipe;
import dev.wwts.image.AlphaMode;
import dev.wwts.image.Decoder;
import dev.wwts.image.Limits;
import dev.wwts.image.NativeBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Holds the answers of a changed network against those of the plain one, before it is used: on
 * pictures of the model's self-test and on noise, in a batch of two and alone. Lives inside one
 * pointer scope.
 */
final class Trial {
  /**
   * What the order of float32 additions may change of logits, as a share of the largest: networks
   * of a hundred layers stay below a tenth of it.
   */
  private static final double FLOAT = 1e-4;

  /** The same for bfloat16, whose values are {@code 2^-9} apart from what they stand for. */
  private static final double BFLOAT16 = 0.02;

  /** Noise of about the last bits of an input. */
  private static final double TOUCH = 1e-6;

  /**
   * So many times what {@link #TOUCH} moves the plain network's logits by: rounding happens at
   * every layer, the noise came in at the first.
   */
  private static final double TOUCHES = 10;

  /** So many times what the plain network itself loses in 16 bits. */
  private static final double LOSSES = 2;

  private static final int TIMED = 3;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final long SEED = 20261126;

  private final Bundle bundle;
  private final Network plain;
  private final List<Tensor> inputs;
  private final List<Tensor> expected;

  /**
   * Runs the plain network.
   *
   * @param plain in float32
   * @throws dev.wwts.ModelException if it does not run
   */
  Trial(Bundle bundle, Network plain) {
    this.bundle = bundle;
    this.plain = plain;
    Tensor two = rows();
    Tensor answers = answer(plain, two, torch.ScalarType.Float);
    this.inputs = List.of(two, two.narrow(0, 0, 1));
    this.expected = List.of(answers, answers.narrow(0, 0, 1));
  }

  /** 2 x 3 x H x W: a picture, normalised, if the model has one, and noise of such a spread. */
  private Tensor rows() {
    Recipe recipe = bundle.manifest().input();
    Random random = new Random(SEED);
    float[] noise = new float[2 * 3 * recipe.height() * recipe.width()];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (float) random.nextGaussian();
    }
    Tensor rows = torch.tensor(noise).view(2, 3, recipe.height(), recipe.width());
    bundle.selfTest().ifPresent(test -> write(test.pictures().get(0), rows.narrow(0, 0, 1)));
    return rows;
  }

  private void write(byte[] picture, Tensor row) {
    Recipe recipe = bundle.manifest().input();
    AlphaMode alpha = recipe.alpha() == Recipe.Alpha.WHITE ? AlphaMode.WHITE : AlphaMode.DROP;
    NativeBuffer pixels = new NativeBuffer();
    try (Decoder decoder = new Decoder(Limits.DEFAULT, alpha);
        Preprocessor preprocessor = new Preprocessor(recipe, torch.ScalarType.Float)) {
      preprocessor.write(
          decoder.decode(ByteBuffer.wrap(picture), pixels, "a picture of the self-test"), row);
    } finally {
      pixels.close();
    }
  }

  private List<Tensor> answers(Network network, torch.ScalarType type) {
    List<Tensor> answers = new ArrayList<>();
    for (Tensor input : inputs) {
      answers.add(answer(network, input, type));
    }
    return answers;
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

  /** What speaks against a rewritten network in float32; empty if nothing does. */
  String fault(Network rewritten) {
    try {
      double difference = difference(answers(rewritten, torch.ScalarType.Float));
      if (difference <= FLOAT) {
        return "";
      }
      double allowed = Math.max(FLOAT, TOUCHES * sensitivity());
      return difference <= allowed ? "" : told(difference, allowed);
    } catch (RuntimeException e) {
      return "it fails (" + NativeErrors.firstWords(e) + ")";
    }
  }

  /**
   * What the plain network loses in bfloat16, as a share of the largest logit.
   *
   * @throws dev.wwts.ModelException if it does not run in it
   */
  double loss(Network narrow) {
    return difference(answers(narrow, torch.ScalarType.BFloat16));
  }

  /** What speaks against a rewritten network in bfloat16, where the plain one has a loss. */
  String fault(Network rewritten, double loss) {
    try {
      double difference = loss(rewritten);
      double allowed = Math.max(BFLOAT16, LOSSES * loss);
      return difference <= allowed ? "" : told(difference, allowed);
    } catch (RuntimeException e) {
      return "it fails (" + NativeErrors.firstWords(e) + ")";
    }
  }

  private static String told(double difference, double allowed) {
    return String.format(
        Locale.ROOT,
        "its logits differ by %.1e of the largest, more than the %.1e that rounding explains",
        difference,
        allowed);
  }

  /** How often a network in bfloat16 fits into the time of the plain one in float32. */
  double speed(Network narrow) {
    return millis(plain, torch.ScalarType.Float) / millis(narrow, torch.ScalarType.BFloat16);
  }

  private double millis(Network network, torch.ScalarType type) {
    long best = Long.MAX_VALUE;
    for (int i = 0; i < TIMED; i++) {
      long start = System.nanoTime();
      answer(network, inputs.get(1), type);
      best = Math.min(best, System.nanoTime() - start);
    }
    return best / NANOS_PER_MILLI;
  }

  /** The largest difference from what was expected, as a share of the largest value. */
  private double difference(List<Tensor> answers) {
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.size(); i++) {
      largest = Math.max(largest, most(expected.get(i)));
      double here = most(expected.get(i).sub(answers.get(i)));
      difference = Double.isNaN(here) ? Double.POSITIVE_INFINITY : Math.max(difference, here);
    }
    return difference == 0 ? 0 : difference / largest;
  }

  private static double most(Tensor values) {
    return values.abs().max().item().toDouble();
  }

  /** What the plain network's logits move by if its input is touched, as a share of the largest. */
  private double sensitivity() {
    Tensor noise = inputs.get(0).narrow(0, 1, 1).mul(new Scalar(TOUCH));
    List<Tensor> answers = new ArrayList<>();
    for (Tensor input : inputs) {
      answers.add(answer(plain, input.add(noise), torch.ScalarType.Float));
    }
    return difference(answers);
  }
}
