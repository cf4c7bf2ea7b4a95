package dev.wwts.internal.gallery;

import java.util.Comparator;

/**
 * An example that was found.
 *
 * @param similarity the cosine, from -1 to 1
 */
public record Neighbour(Example example, double similarity) {
  /** The nearest first; of two that are equally near, the older one. */
  static final Comparator<Neighbour> NEAREST_FIRST =
      Comparator.comparingDouble(Neighbour::similarity)
          .reversed()
          .thenComparingLong(it -> it.example().id());
}
