package dev.wwts.internal.gallery;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a gallery takes a picture for.
 *
 * @param label what most speaks for
 * @param nearest its nearest example of that label
 * @param recognized whether that is at least as similar as the gallery's threshold
 */
public record Match(String label, Neighbour nearest, boolean recognized) {
  /** Neighbours that vote. */
  static final int VOTERS = 10;

  /**
   * How fast a vote fades: one that is less similar by a tenth counts e^-2 as much. Both numbers
   * were chosen on training photographs (README.md).
   */
  private static final double SHARPNESS = 20;

  /** The similarity to the nearest example. */
  public double similarity() {
    return nearest.similarity();
  }

  /**
   * The label whose examples among the neighbours are most and nearest: each counts e^(20
   * similarity). Of equal ones, that of the nearest.
   *
   * @param neighbours nearest first
   */
  static Optional<Match> of(List<Neighbour> neighbours, double threshold) {
    Map<String, Double> votes = new HashMap<>();
    for (Neighbour it : neighbours) {
      double weight = Math.exp(SHARPNESS * (it.similarity() - 1));
      votes.merge(it.example().label(), weight, Double::sum);
    }
    Neighbour best = null;
    double most = 0;
    for (Neighbour it : neighbours) {
      double vote = votes.getOrDefault(it.example().label(), 0.0);
      if (vote > most) {
        best = it;
        most = vote;
      }
    }
    return best == null
        ? Optional.empty()
        : Optional.of(new Match(best.example().label(), best, best.similarity() >= threshold));
  }
}
