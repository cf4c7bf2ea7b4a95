package dev.wwts.benchmarks.load;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

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
    double[] values = new double[samples.path(name).size()];
    Arrays.setAll(values, i -> samples.get(name).get(i).asDouble());
    return values;
  }

  static Growth of(String what, double[] seconds, double[] values, double least) {
    double end = seconds.length == 0 ? 0 : seconds[seconds.length - 1];
    List<double[]> windows = new ArrayList<>();
    for (int i = 0; i < seconds.length; i++) {
      if (seconds[i] < end / 3) {
        continue;
      }
      double[] last = windows.isEmpty() ? new double[] {-1, 0} : windows.get(windows.size() - 1);
      double window = Math.floor(seconds[i] / Soak.SWAP_SECONDS);
      if (last[0] == window) {
        last[1] = Math.min(last[1], values[i]);
      } else {
        windows.add(new double[] {window, values[i]});
      }
    }
    double[] slopes = slopes(windows);
    double slope = median(slopes) / Soak.SWAP_SECONDS;
    double[] levels = windows.stream().mapToDouble(it -> it[1]).toArray();
    double span = end * 2 / 3;
    return new Growth(
        what,
        slope * SECONDS_PER_HOUR,
        slope * span,
        least(slopes, windows.size()) / Soak.SWAP_SECONDS * span,
        Math.max(least, PART * median(levels)));
  }

  /** Of all pairs, rising. */
  private static double[] slopes(List<double[]> points) {
    List<Double> slopes = new ArrayList<>();
    for (int i = 0; i < points.size(); i++) {
      for (int j = i + 1; j < points.size(); j++) {
        double[] a = points.get(i);
        double[] b = points.get(j);
        slopes.add((b[1] - a[1]) / (b[0] - a[0]));
      }
    }
    return slopes.stream().mapToDouble(Double::doubleValue).sorted().toArray();
  }

  /** The lower bound, by Sen (1968): the rank is Kendall's normal approximation for n points. */
  private static double least(double[] slopes, int n) {
    double width = Z * Math.sqrt(n * (n - 1) * (2 * n + 5) / 18.0);
    int rank = (int) Math.max(0, (slopes.length - width) / 2);
    return slopes.length == 0 ? 0 : slopes[rank];
  }

  private static double median(double[] values) {
    if (values.length == 0) {
      return 0;
    }
    Arrays.sort(values);
    return (values[(values.length - 1) / 2] + values[values.length / 2]) / 2;
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
