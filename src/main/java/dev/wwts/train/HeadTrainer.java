package dev.wwts.train;

import dev.wwts.internal.torch.LibTorch;
import dev.wwts.internal.torch.LoadThread;
import java.util.Arrays;

/**
 * Trains a last layer on embeddings: multinomial logistic regression.
 *
 * <p>A part of the examples is held out first. What is trained on the rest is judged by them after
 * each round, and ends once it does not get better. Then all examples are trained on for as many
 * rounds as were best.
 */
public final class HeadTrainer {
  /** Of half the squares of a layer whose rows have unit variance; chosen on held-out examples. */
  private static final double PENALTY = 1e-3;

  private HeadTrainer() {}

  /**
   * How it is trained.
   *
   * @param heldOut the part of each label's examples that is held out, above 0, below 1
   * @param balanced whether each label counts the same, whatever the number of its examples
   * @param seed what is held out follows from it
   */
  public record Options(double heldOut, boolean balanced, long seed) {}

  /**
   * What came of it.
   *
   * @param head trained on all examples
   * @param rounds of training
   * @param heldOut how many examples were held out
   * @param accuracy the part of them that a head gets right which was trained on the others
   * @param nearest the part of them that has the label of the nearest of the others
   */
  public record Trained(Head head, int rounds, int heldOut, double accuracy, double nearest) {}

  /**
   * Trains.
   *
   * @throws IllegalArgumentException if there are not two labels, one of them with two examples
   */
  public static Trained train(Examples examples, Options options) {
    int[] counts = examples.counts();
    if (counts.length < 2 || Arrays.stream(counts).max().orElse(0) < 2) {
      throw new IllegalArgumentException(
          "A head needs two labels, and two pictures of one of them that can be read.");
    }
    LibTorch.load();
    Examples.Split split = examples.split(options.heldOut(), options.seed());
    return LoadThread.call(
        () -> {
          Fit.Best best =
              new Fit(split.train(), options.balanced(), PENALTY).untilWorse(split.heldOut());
          Fit all = new Fit(examples, options.balanced(), PENALTY);
          return new Trained(
              all.after(best.round()),
              best.round(),
              split.heldOut().size(),
              best.head().accuracy(split.heldOut()),
              split.heldOut().byNearest(split.train()));
        });
  }
}
