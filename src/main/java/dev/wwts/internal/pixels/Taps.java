package dev.wwts.internal.pixels;

/**
 * Which source pixels make up each pixel of a stretch of a resized row or column, and with what
 * weight.
 */
final class Taps {
  /** Pillow's PRECISION_BITS: 32 bits less 8 of the pixel less 2 of headroom. */
  private static final int BITS = 22;

  private final int[] starts;
  private final int[][] weights;

  private Taps(int[] starts, int[][] weights) {
    this.starts = starts;
    this.weights = weights;
  }

  /**
   * The taps of pixels {@code from} to {@code from + count - 1} of a side resized from {@code size}
   * to {@code resized} pixels.
   */
  static Taps of(int size, long resized, long from, int count, Interpolation filter) {
    int[] starts = new int[count];
    int[][] weights = new int[count][];
    double scale = (double) size / resized;
    double stretch = Math.max(scale, 1);
    double support = (filter == Interpolation.BICUBIC ? 2 : 1) * stretch;
    for (int i = 0; i < count; i++) {
      if (size == resized) {
        starts[i] = (int) (from + i);
        weights[i] = new int[] {1 << BITS};
        continue;
      }
      double centre = (from + i + 0.5) * scale;
      int start = Math.max((int) (centre - support + 0.5), 0);
      int end = Math.min((int) (centre + support + 0.5), size);
      starts[i] = start;
      weights[i] = fixedPoint(start, end, centre, stretch, filter);
    }
    return new Taps(starts, weights);
  }

  private static int[] fixedPoint(
      int start, int end, double centre, double stretch, Interpolation filter) {
    double[] exact = new double[end - start];
    double total = 0;
    for (int i = 0; i < exact.length; i++) {
      double distance = Math.abs((i + start - centre + 0.5) * (1 / stretch));
      exact[i] = filter == Interpolation.BICUBIC ? cubic(distance) : Math.max(1 - distance, 0);
      total += exact[i];
    }
    int[] fixed = new int[exact.length];
    for (int i = 0; i < fixed.length; i++) {
      double value = exact[i] / total * (1 << BITS);
      fixed[i] = (int) (value < 0 ? value - 0.5 : value + 0.5);
    }
    return fixed;
  }

  /** Keys' cubic, a = -0.5. */
  private static double cubic(double x) {
    final double a = -0.5;
    if (x < 1) {
      return ((a + 2) * x - (a + 3)) * x * x + 1;
    }
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
  }

  int count() {
    return starts.length;
  }

  /** The first source pixel of output pixel {@code i}. */
  int start(int i) {
    return starts[i];
  }

  /** How many source pixels output pixel {@code i} is made of. */
  int length(int i) {
    return weights[i].length;
  }

  /** The first source pixel of all. */
  int first() {
    return starts[0];
  }

  /** Behind the last source pixel of all. */
  int end() {
    int last = starts.length - 1;
    return starts[last] + weights[last].length;
  }

  /**
   * The weighted sum for output pixel {@code i}: source values at {@code from}, {@code from + step}
   * and so on.
   */
  byte sum(int i, byte[] source, int from, int step) {
    int sum = 1 << (BITS - 1);
    int at = from;
    for (int weight : weights[i]) {
      sum += weight * (source[at] & 0xff);
      at += step;
    }
    return (byte) Math.max(0, Math.min(255, sum >> BITS));
  }
}
