package dev.wwts.internal.gallery;

import java.util.Arrays;

/**
 * A block's embeddings in 16 bits a number, half of the memory to read, laid out so that the JVM's
 * compiler makes SIMD code of a plain loop (pmaddwd: two products and their sum at once): an array
 * for each pair of numbers of {@link #TOGETHER} rows, in which these lie side by side. Arrays of
 * one known length, read from their start, are what it sees through with any garbage collector; one
 * array for all took five times as long with the serial one, which a single processor has.
 *
 * <p>A code is the number times {@link #SCALE}, rounded. A code fits 16 bits, as no number is
 * beyond the embedding's length; and no sum of products, or of some of them, is beyond the product
 * of two lengths (Cauchy-Schwarz), 2^30 and the rounding, which fits 32.
 */
final class Codes {
  /** No embedding is longer. */
  static final double LENGTH = 1.01;

  static final double SCALE = Short.MAX_VALUE / LENGTH;

  /** Rows whose sums are made together. */
  static final int TOGETHER = 256;

  private final int dimension;

  /** The pairs of the first rows, then those of the next. */
  private final short[][] codes;

  Codes(int rows, int dimension) {
    this.dimension = dimension;
    int pieces = (rows + TOGETHER - 1) / TOGETHER;
    codes = new short[pieces * pairs(dimension)][2 * TOGETHER];
  }

  static int pairs(int dimension) {
    return (dimension + 1) / 2;
  }

  static short code(float value) {
    return (short) Math.rint(value * SCALE);
  }

  /** Writes a row that nobody reads yet. */
  void put(int row, float[] embedding) {
    int first = row / TOGETHER * pairs(dimension);
    int at = 2 * (row % TOGETHER);
    for (int i = 0; i < dimension; i++) {
      codes[first + i / 2][at + i % 2] = code(embedding[i]);
    }
  }

  /** The sums of the first {@code count} rows' products with a query. */
  void sums(Query query, int count, int[] sums) {
    int[] some = new int[TOGETHER];
    int next = 0;
    for (int row = 0; row < count; row += TOGETHER) {
      Arrays.fill(some, 0);
      for (short[] pair : query.pairs) {
        add(codes[next++], pair, some);
      }
      System.arraycopy(some, 0, sums, row, Math.min(TOGETHER, count - row));
    }
  }

  /** What becomes SIMD code, as it is nothing but this loop. */
  private static void add(short[] codes, short[] query, int[] sums) {
    for (int i = 0; i < TOGETHER; i++) {
      sums[i] += codes[2 * i] * query[2 * i] + codes[2 * i + 1] * query[2 * i + 1];
    }
  }

  /** What a sum stands for, wrong by at most {@link #bound}. */
  static double similarity(int sum) {
    return sum / (SCALE * SCALE);
  }

  /** A sum that stands for no more than this similarity. */
  static int sum(double similarity) {
    return (int) Math.floor(similarity * (SCALE * SCALE)); // beyond an int: the nearest int
  }

  /**
   * How far a coded product can be from the true one. Each number of both is wrong by at most half
   * a step, so the vectors are by e and f of at most half a step times the root of the dimension;
   * with x = x' + e and q = q' + f, q·x - q'·x' = q·e + f·x - f·e, each of which Cauchy-Schwarz
   * bounds. The last term is more than what the rounding of doubles adds.
   */
  static double bound(int dimension) {
    double error = 0.5 / SCALE * Math.sqrt(dimension);
    return 2 * LENGTH * error + error * error + 1e-9;
  }
}
