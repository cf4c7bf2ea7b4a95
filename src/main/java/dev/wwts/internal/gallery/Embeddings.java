package dev.wwts.internal.gallery;

/** What an embedding must be to be compared by its dot product. */
final class Embeddings {
  /** Half of {@link Codes#LENGTH}'s allowance; a half precision's rounding is within it. */
  private static final double TOLERANCE = 0.005;

  private Embeddings() {}

  static void check(float[] embedding, int dimension) {
    if (embedding.length != dimension) {
      throw new IllegalArgumentException(
          "An embedding has %d numbers here, not %d.".formatted(dimension, embedding.length));
    }
    double squares = 0;
    for (float value : embedding) {
      squares += (double) value * value;
    }
    double length = Math.sqrt(squares);
    if (!(Math.abs(length - 1) <= TOLERANCE)) { // also where it is not a number
      throw new IllegalArgumentException(
          "An embedding has length 1 here (L2), not %.4f.".formatted(length));
    }
  }
}
