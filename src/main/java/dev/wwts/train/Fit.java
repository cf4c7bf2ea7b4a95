package dev.wwts.train;

import java.util.Arrays;
import org.bytedeco.pytorch.LBFGS;
import org.bytedeco.pytorch.LBFGSOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * One training of a layer, by L-BFGS over all examples at once. Embeddings point much the same way:
 * their mean is taken from them, and one scale gives the rest unit variance, which the head then
 * takes back. Lives in the pointer scope that it is made in.
 */
final class Fit {
  private static final int MOST_ROUNDS = 100;

  /** Of L-BFGS in a round. */
  private static final int STEPS = 5;

  private static final int PATIENCE = 3;

  /** Of earlier steps that L-BFGS keeps: as many as fit, 3 to 100; more than 20 hardly help. */
  private static final long HISTORY_BYTES = 512L << 20;

  private static final int LEAST_HISTORY = 3;
  private static final int MOST_HISTORY = 100;

  private final Examples examples;
  private final Tensor mean;
  private final double scale;
  private final SoftmaxLoss loss;
  private final LBFGS optimizer;

  Fit(Examples examples, boolean balanced, double penalty) {
    this.examples = examples;
    Tensor plain = plain(examples);
    this.mean = plain.mean(new long[] {0}, true, new ScalarTypeOptional());
    Tensor centred = plain.sub(mean);
    double variance = centred.mul(centred).mean().item_double();
    this.scale = variance > 0 ? 1 / Math.sqrt(variance) : 1;
    this.loss = new SoftmaxLoss(rows(plain), examples, shares(examples, balanced), penalty);
    LBFGSOptions options = new LBFGSOptions(1);
    options.max_iter().put(STEPS);
    options.line_search_fn().put("strong_wolfe");
    options.history_size().put(history(loss.layer().numel()));
    this.optimizer = new LBFGS(new TensorVector(loss.layer()), options);
  }

  /**
   * How many steps of so many weights are kept: for each the step, and how the gradient changed.
   */
  static int history(long weights) {
    long fit = HISTORY_BYTES / (2 * Float.BYTES * weights);
    return (int) Math.max(LEAST_HISTORY, Math.min(MOST_HISTORY, fit));
  }

  private static Tensor plain(Examples examples) {
    return torch.tensor(examples.rows()).view(examples.size(), examples.dimension());
  }

  /** Centred and scaled, and a one for the bias. */
  private Tensor rows(Tensor plain) {
    Tensor scaled = plain.sub(mean).mul(new Scalar(scale));
    return torch.cat(new TensorVector(scaled, torch.ones(plain.size(0), 1)), 1);
  }

  /** What each example counts: the same, or the same for each label; together 1. */
  private static double[] shares(Examples examples, boolean balanced) {
    int[] counts = examples.counts();
    long labels = Arrays.stream(counts).filter(it -> it > 0).count();
    return examples.classes().stream()
        .mapToDouble(it -> balanced ? 1.0 / (labels * (double) counts[it]) : 1.0 / examples.size())
        .toArray();
  }

  /** Trains for so many rounds. */
  Head after(int rounds) {
    for (int round = 1; round <= rounds; round++) {
      optimizer.step(loss);
    }
    return head();
  }

  /** The layer after the round after which it was best. */
  record Best(int round, Head head) {}

  /** Trains until the mean cross entropy of others has not become less for some rounds. */
  Best untilWorse(Examples others) {
    Tensor rows = rows(plain(others));
    Tensor classes = SoftmaxLoss.classes(others);
    double least = Double.POSITIVE_INFINITY;
    Best best = new Best(0, head());
    for (int round = 1; round <= MOST_ROUNDS && round - best.round <= PATIENCE; round++) {
      optimizer.step(loss);
      double now = loss.of(rows, classes);
      if (now < least) {
        least = now;
        best = new Best(round, head());
      }
    }
    return best;
  }

  /** The layer for embeddings as they are. */
  private Head head() {
    int dimension = examples.dimension();
    int labels = examples.labels().size();
    float[] layer = new float[labels * (dimension + 1)];
    loss.layer().data_ptr_float().get(layer);
    float[] means = new float[dimension];
    mean.contiguous().data_ptr_float().get(means);
    float[] weights = new float[labels * dimension];
    float[] biases = new float[labels];
    for (int row = 0; row < labels; row++) {
      double bias = layer[row * (dimension + 1) + dimension];
      for (int i = 0; i < dimension; i++) {
        double weight = scale * layer[row * (dimension + 1) + i];
        weights[row * dimension + i] = (float) weight;
        bias -= weight * means[i];
      }
      biases[row] = (float) bias;
    }
    return new Head(examples.labels(), weights, biases);
  }
}
