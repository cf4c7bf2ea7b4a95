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
 * pairs, so that one burst does not make it.
 *
 * @param perHour the slope
 * @param grown over the time looked at
 * @param allowed the most it may be
 */
record Growth(String what, double perHour, double grown, double allowed) {
  private static final double PART = 0.05;
  private static final double SECONDS_PER_HOUR = 3600;

  boolean isGrowth() {
    return grown > allowed;
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
    double slope = slope(windows) / Soak.SWAP_SECONDS;
    double level = median(windows.stream().mapToDouble(it -> it[1]).toArray());
    return new Growth(
        what, slope * SECONDS_PER_HOUR, slope * end * 2 / 3, Math.max(least, PART * level));
  }

  /** Theil and Sen's. */
  static double slope(List<double[]> points) {
    List<Double> slopes = new ArrayList<>();
    for (int i = 0; i < points.size(); i++) {
      for (int j = i + 1; j < points.size(); j++) {
        double[] a = points.get(i);
        double[] b = points.get(j);
        slopes.add((b[1] - a[1]) / (b[0] - a[0]));
      }
    }
    return median(slopes.stream().mapToDouble(Double::doubleValue).toArray());
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
        Locale.ROOT, "%s: %+.1f (%+.1f an hour), at most %.1f", what, grown, perHour, allowed);
  }
}
