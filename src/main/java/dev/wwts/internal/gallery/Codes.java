package dev.wwts.internal.gallery;

import java.util.Arrays;

/**
 * A block's embeddings in 16 bits a number, half of the memory to read, laid out so that the JVM's
 * compiler makes SIMD code of a plain loop (pmaddwd: two products and their sum at once): pair of
 * numbers by pair, and of each pair all rows side by side.
 *
 * <p>A code is the number times {@link #SCALE}, rounded. A code fits 16 bits, as no number is
 * beyond the embedding's length; and no sum of products, or of some of them, is beyond the product
 * of two lengths (Cauchy-Schwarz), 2^30 and the rounding, which fits 32.
 */
final class Codes {
  /** No embedding is longer. */
  static final double LENGTH = 1.01;

  static final double SCALE = Short.MAX_VALUE / LENGTH;

  /** Rows that share a cached piece of the query. */
  static final int TOGETHER = 256;

  private final int dimension;
  private final int rows;
  private final short[] codes;

  Codes(int rows, int dimension) {
    this.rows = rows;
    this.dimension = dimension;
    codes = new short[2 * pairs(dimension) * rows];
  }

  static int pairs(int dimension) {
    return (dimension + 1) / 2;
  }

  static short code(float value) {
    return (short) Math.rint(value * SCALE);
  }

  /** Writes a row that nobody reads yet. */
  void put(int row, float[] embedding) {
    for (int i = 0; i < dimension; i++) {
      codes[2 * (i / 2 * rows + row) + i % 2] = code(embedding[i]);
    }
  }

  /**
   * The sums of the first {@code count} rows' products with a query. The offsets are counted up,
   * not multiplied: the compiler would gather the factors of two out of the inner loop's addresses,
   * and no longer see that these lie side by side, at a quarter of the speed.
   */
  void sums(Query query, int count, int[] sums) {
    final short[] codes = this.codes;
    final short[] numbers = query.pairs;
    final int step = 2 * rows;
    final int all = pairs(dimension);
    Arrays.fill(sums, 0, count, 0);
    int start = 0;
    int first = 0;
    for (int pair = 0; pair < all; pair++) {
      int from = first;
      for (int row = 0; row < count; row += TOGETHER) {
        add(codes, from, numbers, start, sums, row, Math.min(TOGETHER, count - row));
        from += 2 * TOGETHER;
      }
      start += 2 * TOGETHER;
      first += step;
    }
  }

  /** What becomes SIMD code, as it is nothing but this loop. */
  private static void add(
      short[] codes, int from, short[] query, int start, int[] sums, int row, int count) {
    for (int i = 0; i < count; i++) {
      sums[row + i] +=
          codes[from + 2 * i] * query[start + 2 * i]
              + codes[from + 2 * i + 1] * query[start + 2 * i + 1];
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
