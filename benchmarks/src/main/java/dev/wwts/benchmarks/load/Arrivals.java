package dev.wwts.benchmarks.load;

import java.util.Arrays;
import java.util.SplittableRandom;

/** When calls come that do not wait for each other's answers. */
final class Arrivals {
  private static final double NANOS = 1e9;

  private Arrivals() {}

  /**
   * A Poisson process: the times between arrivals are exponential and independent.
   *
   * @param rate arrivals a second
   * @return nanoseconds since the start, rising
   */
  static long[] poisson(double rate, double seconds, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    long[] times = new long[(int) (rate * seconds * 2) + 100];
    int n = 0;
    double at = -Math.log(1 - random.nextDouble()) / rate;
    while (at < seconds && n < times.length) {
      times[n++] = (long) (at * NANOS);
      at -= Math.log(1 - random.nextDouble()) / rate;
    }
    return Arrays.copyOf(times, n);
  }

  /**
   * What an ideal queue does with them: one line, some servers that each need the same time for
   * every call. No service of that capacity can do better but by doing several calls at once.
   *
   * @param nanos a call takes
   * @return nanoseconds from arrival to answer, of each
   */
  static long[] ideal(long[] arrivals, int servers, long nanos) {
    long[] free = new long[servers];
    long[] latencies = new long[arrivals.length];
    for (int i = 0; i < arrivals.length; i++) {
      Arrays.sort(free);
      free[0] = Math.max(free[0], arrivals[i]) + nanos;
      latencies[i] = free[0] - arrivals[i];
    }
    return latencies;
  }
}
