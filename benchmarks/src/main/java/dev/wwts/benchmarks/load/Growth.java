package dev.wwts.benchmarks.load;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.apache.commons.math3.stat.StatUtils;

/**
 * Whether something grew during a soak. Of every ten seconds the least value counts, which leaves
 * out the moments with two models and a heap before its collection; the first third, in which a
 * process finds its size, is left out too. The slope is Theil and Sen's, the median of those of all
 * pairs, so that one burst does not make it, and its lower bound of 99 % must be too steep before
 * it counts: resident memory goes up and down by 5 % with what the pictures are.
 *
 * @param perHour the slope
 * @param grown over the time looked at
 * @param surely the least of that, but for 1 run in 100
 * @param allowed the most that it may be
 */
record Growth(String what, double perHour, double grown, double surely, double allowed) {
  /** The normal distribution's, one-sided. */
  private static final double Z = 2.33;

  private static final double PART = 0.05;
  private static final double SECONDS_PER_HOUR = 3600;

  boolean isGrowth() {
    return surely > allowed;
  }

  /**
   * Of a soak's samples. Allowed are 5 % of the median, but at least so much as the C library's
   * arenas and the JVM's own threads come and go by: a model kept at each swap (14 MB or more), a
   * thread at each, or a kilobyte a call is several times that within ten minutes.
   */
  static List<Growth> of(JsonNode samples) {
    double[] seconds = values(samples, "seconds");
    return List.of(
        of("RSS, MiB", seconds, values(samples, "rssMiB"), 32),
        of("heap, MiB", seconds, values(samples, "heapMiB"), 16),
        of("native threads", seconds, values(samples, "threads"), 4));
  }

  private static double[] values(JsonNode samples, String name) {
    return samples.path(name).valueStream().mapToDouble(JsonNode::asDouble).toArray();
  }

  static Growth of(String what, double[] seconds, double[] values, double least) {
    double end = seconds.length == 0 ? 0 : seconds[seconds.length - 1];
    TreeMap<Double, Double> windows = new TreeMap<>();
    for (int i = 0; i < seconds.length; i++) {
      if (seconds[i] >= end / 3) {
        windows.merge(Math.floor(seconds[i] / Soak.SWAP_SECONDS), values[i], Math::min);
      }
    }
    double[] slopes = slopes(windows);
    double span = end * 2 / 3;
    double slope = median(slopes) / Soak.SWAP_SECONDS;
    double[] levels = windows.values().stream().mapToDouble(it -> it).toArray();
    return new Growth(
        what,
        slope * SECONDS_PER_HOUR,
        slope * span,
        least(slopes, windows.size()) / Soak.SWAP_SECONDS * span,
        Math.max(least, PART * median(levels)));
  }

  /** Of all pairs, rising. */
  private static double[] slopes(TreeMap<Double, Double> points) {
    List<Double> slopes = new ArrayList<>();
    points.forEach(
        (x, y) ->
            points
                .tailMap(x, false)
                .forEach((later, value) -> slopes.add((value - y) / (later - x))));
    return slopes.stream().mapToDouble(it -> it).sorted().toArray();
  }

  /** The lower bound, by Sen (1968): the rank is Kendall's normal approximation for n points. */
  private static double least(double[] slopes, int n) {
    double width = Z * Math.sqrt(n * (n - 1) * (2 * n + 5) / 18.0);
    int rank = (int) Math.max(0, (slopes.length - width) / 2);
    return slopes.length == 0 ? 0 : slopes[rank];
  }

  private static double median(double[] values) {
    return values.length == 0 ? 0 : StatUtils.percentile(values, 50);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s: %+.1f (%+.1f an hour), surely %+.1f, at most %.1f",
        what,
        grown,
        perHour,
        surely,
        allowed);
  }
}
