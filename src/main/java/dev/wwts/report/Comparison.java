package dev.wwts.report;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

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
public record Comparison(double ratio, double low, double high, int processes) {
  /** With fewer processes a side nothing is known of the spread between them. */
  public static final int ENOUGH = 3;

  private static final double UPPER = 0.995;

  /** Compares b with a. */
  public static Comparison of(JmhResults.Entry a, JmhResults.Entry b) {
    List<Double> before = a.medians();
    List<Double> after = b.medians();
    double logRatio = mean(after) - mean(before);
    int processes = Math.min(before.size(), after.size());
    if (processes < ENOUGH) {
      return new Comparison(
          Math.exp(logRatio),
          Collections.min(after) / Collections.max(before),
          Collections.max(after) / Collections.min(before),
          processes);
    }
    double half = halfWidth(before, after);
    return new Comparison(
        Math.exp(logRatio), Math.exp(logRatio - half), Math.exp(logRatio + half), processes);
  }

  /**
   * Compares b with a where each process of one ran beside one of the other, call by call: what a
   * round's machine did to both is not in their ratio. The interval is Student's for the mean of
   * the rounds' logarithms.
   *
   * @throws IllegalArgumentException if they have not as many
   */
  static Comparison ofPairs(JmhResults.Entry a, JmhResults.Entry b) {
    List<Double> before = a.medians();
    List<Double> after = b.medians();
    if (before.size() != after.size()) {
      throw new IllegalArgumentException(
          "Turns of %d rounds can't be paired with %d.".formatted(before.size(), after.size()));
    }
    int rounds = before.size();
    List<Double> ratios =
        IntStream.range(0, rounds).mapToObj(i -> after.get(i) / before.get(i)).toList();
    double ratio = Math.exp(mean(ratios));
    if (rounds < ENOUGH) {
      return new Comparison(ratio, Collections.min(ratios), Collections.max(ratios), rounds);
    }
    double half = StudentT.quantile(UPPER, rounds - 1.0) * Math.sqrt(variance(ratios) / rounds);
    return new Comparison(ratio, ratio * Math.exp(-half), ratio * Math.exp(half), rounds);
  }

  private static double halfWidth(List<Double> a, List<Double> b) {
    double ofA = variance(a) / a.size();
    double ofB = variance(b) / b.size();
    double sum = ofA + ofB;
    if (sum == 0) {
      return 0;
    }
    double df = sum * sum / (ofA * ofA / (a.size() - 1) + ofB * ofB / (b.size() - 1));
    return StudentT.quantile(UPPER, df) * Math.sqrt(sum);
  }

  /** The mean of the logarithms. */
  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Math::log).average().orElse(Double.NaN);
  }

  /** The variance of the logarithms. */
  private static double variance(List<Double> values) {
    double mean = mean(values);
    return values.stream().mapToDouble(v -> Math.log(v) - mean).map(d -> d * d).sum()
        / (values.size() - 1);
  }

  /** Whether both sides have the processes that an interval takes. */
  public boolean enough() {
    return processes >= ENOUGH;
  }

  /** faster, slower, no difference where the interval holds 1, or that it can't be told. */
  public String verdict(boolean moreIsBetter) {
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
