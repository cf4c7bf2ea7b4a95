package dev.wwts.internal.serve;

import dev.wwts.Device;
import dev.wwts.Precision;
import dev.wwts.Verification;
import dev.wwts.internal.model.Manifest.Activation;
import dev.wwts.internal.model.SelfTest;
import java.util.Arrays;
import java.util.List;

/** Compares logits with those of a model's self-test, as models/FORMAT.md says. */
final class SelfTestRun {
  private static final double CLEAR = 0.02;

  /** Of probabilities. */
  private static final double TOLERANCE = 0.02;

  private static final double HALF_TOLERANCE = 0.05;

  /**
   * Of logits, relative to the largest, where a file does not say what was measured. Pixels that
   * resizing rounds otherwise than Pillow moved those of eight exported families by at most 8.5e-4.
   */
  private static final double LOGIT_TOLERANCE = 1e-3;

  /** A card may be told to round to TF32 in 32 bits. */
  private static final double CARD_LOGIT_TOLERANCE = 0.02;

  private static final double HALF_LOGIT_TOLERANCE = 0.1;

  /**
   * What a cosine may lack of 1, in 32 bits at least: it falls with the square of what the numbers
   * are moved by, which the tolerance of logits tells.
   */
  private static final double COSINE_TOLERANCE = 1e-5;

  private static final double MOST_COSINE_TOLERANCE = 1e-3;

  private SelfTestRun() {}

  /**
   * Compares.
   *
   * @param actual what the network gave for each picture: logits, and the embedding behind them
   * @param texts what the text tower gave for each text
   */
  static Verification compare(
      SelfTest test,
      List<float[]> actual,
      List<float[]> texts,
      Activation activation,
      Precision precision,
      Device.Kind device) {
    int clear = 0;
    int agreeing = 0;
    double largest = 0;
    double logitDifference = 0;
    double probabilityDifference = 0;
    for (int i = 0; i < actual.size(); i++) {
      float[] expected = test.logits().get(i);
      double[] reference = probabilities(expected, activation);
      double[] ours = probabilities(Arrays.copyOf(actual.get(i), expected.length), activation);
      for (int c = 0; c < ours.length; c++) {
        largest = larger(largest, Math.abs(expected[c]));
        logitDifference =
            larger(logitDifference, Math.abs((double) actual.get(i)[c] - expected[c]));
        probabilityDifference = larger(probabilityDifference, Math.abs(ours[c] - reference[c]));
      }
      if (reference.length > 0 && isClear(reference)) {
        clear++;
        agreeing += best(reference) == best(ours) ? 1 : 0;
      }
    }
    double relative = logitDifference == 0 ? 0 : logitDifference / largest;
    double logitTolerance = logitTolerance(test, precision, device);
    double tolerance = precision == Precision.FP32 ? TOLERANCE : HALF_TOLERANCE;
    double cosine = leastCosine(test, actual, texts);
    double cosineTolerance = 1 - cosineTolerance(logitTolerance, precision, device);
    double score = scoreDifference(test, actual, texts);
    double scoreTolerance = Math.sqrt(2 * (1 - cosineTolerance));
    return new Verification(
        test.reference(),
        actual.size(),
        clear,
        agreeing,
        relative,
        logitTolerance,
        probabilityDifference,
        tolerance,
        cosine,
        cosineTolerance,
        score,
        scoreTolerance,
        clear == agreeing
            && relative <= logitTolerance
            && probabilityDifference <= tolerance
            && cosine >= cosineTolerance
            && score <= scoreTolerance);
  }

  private static double cosineTolerance(
      double logitTolerance, Precision precision, Device.Kind device) {
    return precision == Precision.FP32 && device == Device.Kind.CPU
        ? Math.min(
            MOST_COSINE_TOLERANCE, Math.max(COSINE_TOLERANCE, logitTolerance * logitTolerance))
        : MOST_COSINE_TOLERANCE;
  }

  /** Not a number where an embedding is none. */
  private static double leastCosine(SelfTest test, List<float[]> actual, List<float[]> texts) {
    double least = 1;
    for (int i = 0; i < test.embeddings().size(); i++) {
      least = Math.min(least, cosine(actual.get(i), test.embeddings().get(i)));
    }
    for (int i = 0; i < texts.size(); i++) {
      least = Math.min(least, cosine(texts.get(i), test.texts().orElseThrow().embeddings().get(i)));
    }
    return least;
  }

  /** Of the last columns of a row, as many as the other vector has. */
  private static double cosine(float[] row, float[] vector) {
    int first = row.length - vector.length;
    double product = 0;
    double squares = 0;
    double otherSquares = 0;
    for (int c = 0; c < vector.length; c++) {
      double ours = row[first + c];
      product += ours * vector[c];
      squares += ours * ours;
      otherSquares += (double) vector[c] * vector[c];
    }
    // two rows of zeros are alike
    return squares == 0 && otherSquares == 0 ? 1 : product / Math.sqrt(squares * otherSquares);
  }

  private static double scoreDifference(SelfTest test, List<float[]> actual, List<float[]> texts) {
    double largest = 0;
    for (int i = 0; i < actual.size() && !texts.isEmpty(); i++) {
      float[] expected = test.texts().orElseThrow().scores().get(i);
      for (int t = 0; t < expected.length; t++) {
        largest = larger(largest, Math.abs(cosine(actual.get(i), texts.get(t)) - expected[t]));
      }
    }
    return largest;
  }

  private static double logitTolerance(SelfTest test, Precision precision, Device.Kind device) {
    double least =
        precision != Precision.FP32
            ? HALF_LOGIT_TOLERANCE
            : device == Device.Kind.CPU ? 0 : CARD_LOGIT_TOLERANCE;
    return Math.max(least, test.tolerance().orElse(LOGIT_TOLERANCE));
  }

  /** The larger one; not a number wins. */
  private static double larger(double a, double b) {
    return Double.isNaN(a) || Double.isNaN(b) ? Double.NaN : Math.max(a, b);
  }

  private static double[] probabilities(float[] logits, Activation activation) {
    double[] values = new double[logits.length];
    double largest = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      largest = Math.max(largest, logit);
    }
    double total = 0;
    for (int c = 0; c < values.length; c++) {
      values[c] =
          activation == Activation.SIGMOID
              ? 1 / (1 + Math.exp(-logits[c]))
              : Math.exp(logits[c] - largest);
      total += values[c];
    }
    if (activation != Activation.SIGMOID) {
      for (int c = 0; c < values.length; c++) {
        values[c] /= total;
      }
    }
    return values;
  }

  private static boolean isClear(double[] probabilities) {
    int best = best(probabilities);
    double second = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < probabilities.length; c++) {
      second = c == best ? second : Math.max(second, probabilities[c]);
    }
    return probabilities[best] - second >= CLEAR;
  }

  private static int best(double[] values) {
    int best = 0;
    for (int c = 1; c < values.length; c++) {
      best = values[c] > values[best] ? c : best;
    }
    return best;
  }
}
