package dev.wwts.internal.gallery;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * What a gallery takes a picture for.
 *
 * @param label what most speaks for
 * @param nearest its nearest example of that label
 * @param recognized whether that is at least as similar as the gallery's threshold
 * @param closest its nearest example of all
 */
public record Match(String label, Neighbour nearest, boolean recognized, Neighbour closest) {
  /** Neighbours that are asked. The three numbers were chosen on training photographs alone. */
  static final int VOTERS = 20;

  /** How fast a neighbour's vote fades: one that is less similar by 0.1 counts e^-2 as much. */
  private static final double SHARPNESS = 20;

  /** What the label's middle counts beside its neighbours: with few examples it says more. */
  private static final double MIDDLE = 40;

  /** The similarity to the nearest example. */
  public double similarity() {
    return nearest.similarity();
  }

  /**
   * Of the neighbours' labels the one with the highest score: the logarithm of the sum of e^(20
   * similarity) over its neighbours, and 40 times the similarity to the middle of all its examples.
   * Of equal ones, that of the nearest.
   *
   * @param neighbours nearest first
   * @param middle the similarity to a label's middle
   */
  static Optional<Match> of(
      List<Neighbour> neighbours, ToDoubleFunction<String> middle, double threshold) {
    Map<String, Double> votes = new HashMap<>();
    for (Neighbour it : neighbours) {
      double vote = Math.exp(SHARPNESS * (it.similarity() - 1));
      votes.merge(it.example().label(), vote, Double::sum);
    }
    votes.replaceAll((label, vote) -> Math.log(vote) + MIDDLE * middle.applyAsDouble(label));
    Neighbour best = null;
    double most = Double.NEGATIVE_INFINITY;
    for (Neighbour it : neighbours) {
      double score = votes.getOrDefault(it.example().label(), most);
      if (score > most) {
        best = it;
        most = score;
      }
    }
    return best == null
        ? Optional.empty()
        : Optional.of(
            new Match(
                best.example().label(), best, best.similarity() >= threshold, neighbours.get(0)));
  }
}
