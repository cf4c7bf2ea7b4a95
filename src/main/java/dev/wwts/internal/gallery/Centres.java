package dev.wwts.internal.gallery;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The middle of each label's examples. One thread changes them, any reads; a reader may see a label
 * as it is after a change that its {@link Snapshot} does not hold yet.
 */
final class Centres {
  /** A sum and how many are in it, never changed. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Centre(double[] sum, int count) {
    Centre plus(float[] embedding, int sign) {
      double[] next = sum.clone();
      for (int i = 0; i < next.length; i++) {
        next[i] += sign * (double) embedding[i];
      }
      return new Centre(next, count + sign);
    }

    double cosine(float[] embedding) {
      double product = 0;
      double squares = 0;
      for (int i = 0; i < sum.length; i++) {
        product += sum[i] * embedding[i];
        squares += sum[i] * sum[i];
      }
      return squares == 0 ? 0 : product / Math.sqrt(squares);
    }
  }

  private final Map<String, Centre> centres = new ConcurrentHashMap<>();

  void add(String label, float[] embedding) {
    Centre empty = new Centre(new double[embedding.length], 0);
    centres.put(label, centres.getOrDefault(label, empty).plus(embedding, 1));
  }

  /** Takes one away that was added; the last of a label takes it along. */
  void remove(String label, float[] embedding) {
    centres.computeIfPresent(
        label, (key, centre) -> centre.count == 1 ? null : centre.plus(embedding, -1));
  }

  /** How similar an embedding is to a label's middle; 0 where the label is not here. */
  double cosine(String label, float[] embedding) {
    Centre centre = centres.get(label);
    return centre == null ? 0 : centre.cosine(embedding);
  }

  /** The same as if that embedding, which was added, were not in the middle. */
  double cosineWithout(String label, float[] embedding) {
    Centre centre = centres.get(label);
    return centre == null ? 0 : centre.plus(embedding, -1).cosine(embedding);
  }
}
