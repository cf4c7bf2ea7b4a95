package dev.wwts.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * The ratio of two results' medians with a 99 % interval, by resampling: iterations first, as their
 * values belong together, then values within them. The seed is fixed, so an answer repeats.
 *
 * @param ratio b over a
 * @param low of the interval
 * @param high of the interval
 * @param enough whether both have three iterations or more; with fewer the interval only knows of
 *     the values' spread, not of that between processes
 */
public record Comparison(double ratio, double low, double high, boolean enough) {
  private static final int DRAWS = 1000;
  private static final long SEED = 20261124;
  private static final double TAIL = 0.005;
  private static final int MOST = 50;
  private static final int ENOUGH = 3;

  /** Compares b with a. */
  public static Comparison of(JmhResults.Entry a, JmhResults.Entry b) {
    Random random = new Random(SEED);
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < DRAWS; i++) {
      ratios.add(drawn(b.groups(), random) / drawn(a.groups(), random));
    }
    Collections.sort(ratios);
    return new Comparison(
        b.percentile(50) / a.percentile(50),
        ratios.get((int) (TAIL * DRAWS)),
        ratios.get((int) ((1 - TAIL) * DRAWS) - 1),
        Math.min(a.groups().size(), b.groups().size()) >= ENOUGH);
  }

  private static double drawn(List<List<Double>> groups, Random random) {
    List<Double> values = new ArrayList<>();
    for (int g = 0; g < groups.size(); g++) {
      List<Double> group = groups.get(random.nextInt(groups.size()));
      int draws = Math.min(group.size(), MOST);
      for (int i = 0; i < draws; i++) {
        values.add(group.get(random.nextInt(group.size())));
      }
    }
    Collections.sort(values);
    return values.get(values.size() / 2);
  }

  /** faster, slower, or no difference where the interval holds 1. */
  public String verdict(boolean moreIsBetter) {
    if (low <= 1 && high >= 1) {
      return "no difference";
    }
    return ratio < 1 == moreIsBetter ? "slower" : "faster";
  }
}
