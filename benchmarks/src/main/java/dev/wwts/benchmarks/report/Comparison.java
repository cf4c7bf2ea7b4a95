package dev.wwts.benchmarks.report;

import java.util.Arrays;
import java.util.Locale;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.stat.StatUtils;

/**
 * The ratio of two results. What differs from run to run of one and the same program differs from
 * process to process: memory lies elsewhere, code was compiled otherwise. Calls and iterations of
 * one process repeat its luck. So a process counts as one value, its median, and the 99 % interval
 * is Welch's (B. L. Welch, Biometrika 34, 1947) for the difference of the logarithms' means.
 *
 * @param ratio b over a, of the geometric means of the processes' medians
 * @param low of the interval; with too few processes the least ratio of a process of b to one of a
 * @param high of the interval; with too few processes the largest such ratio
 * @param processes of the side that has fewer
 */
record Comparison(double ratio, double low, double high, int processes) {
  /** With fewer processes a side nothing is known of the spread between them. */
  static final int ENOUGH = 3;

  private static final double UPPER = 0.995;

  /** Compares b with a. */
  static Comparison of(Entry a, Entry b) {
    double[] before = logarithms(a);
    double[] after = logarithms(b);
    double ratio = StatUtils.mean(after) - StatUtils.mean(before);
    int processes = Math.min(before.length, after.length);
    if (processes < ENOUGH) {
      return exponential(
          ratio,
          StatUtils.min(after) - StatUtils.max(before),
          StatUtils.max(after) - StatUtils.min(before),
          processes);
    }
    double ofA = StatUtils.variance(before) / before.length;
    double ofB = StatUtils.variance(after) / after.length;
    double sum = ofA + ofB;
    double df = sum * sum / (ofA * ofA / (before.length - 1) + ofB * ofB / (after.length - 1));
    double half = sum == 0 ? 0 : quantile(df) * Math.sqrt(sum);
    return exponential(ratio, ratio - half, ratio + half, processes);
  }

  /**
   * Compares b with a where each process of one ran beside one of the other, call by call: what a
   * round's machine did to both is not in their ratio. The interval is Student's for the mean of
   * the rounds' logarithms.
   *
   * @throws IllegalArgumentException if they have not as many
   */
  static Comparison ofPairs(Entry a, Entry b) {
    double[] before = logarithms(a);
    double[] ratios = logarithms(b);
    int rounds = ratios.length;
    if (before.length != rounds) {
      throw new IllegalArgumentException(
          "Turns of %d rounds can't be paired with %d.".formatted(before.length, rounds));
    }
    Arrays.setAll(ratios, i -> ratios[i] - before[i]);
    double ratio = StatUtils.mean(ratios);
    if (rounds < ENOUGH) {
      return exponential(ratio, StatUtils.min(ratios), StatUtils.max(ratios), rounds);
    }
    double half = quantile(rounds - 1.0) * Math.sqrt(StatUtils.variance(ratios) / rounds);
    return exponential(ratio, ratio - half, ratio + half, rounds);
  }

  private static double[] logarithms(Entry entry) {
    return Arrays.stream(entry.medians()).map(Math::log).toArray();
  }

  private static double quantile(double df) {
    return new TDistribution(null, df).inverseCumulativeProbability(UPPER);
  }

  private static Comparison exponential(double ratio, double low, double high, int processes) {
    return new Comparison(Math.exp(ratio), Math.exp(low), Math.exp(high), processes);
  }

  /** Whether both sides have the processes that an interval takes. */
  boolean enough() {
    return processes >= ENOUGH;
  }

  /** faster, slower, no difference where the interval holds 1, or that it can't be told. */
  String verdict(boolean moreIsBetter) {
    if (!enough()) {
      return "too few processes to tell";
    }
    if (low <= 1 && high >= 1) {
      return "no difference";
    }
    return ratio < 1 == moreIsBetter ? "slower" : "faster";
  }

  /**
   * The ratio with its interval in brackets, with the range of too few processes in parentheses, or
   * alone where it is that of two processes.
   */
  @Override
  public String toString() {
    String format = enough() ? "%.2f [%.2f, %.2f]" : low < high ? "%.2f (%.2f–%.2f)" : "%.2f";
    return String.format(Locale.ROOT, format, ratio, low, high);
  }
}
