package dev.wwts.cli;

import java.util.function.IntPredicate;

/** The largest batch that fits: doubled until one does not, then halved in between. */
final class BatchSearch {
  private BatchSearch() {}

  /** From 0, where not even one fits, to {@code most}. */
  static int largest(int most, IntPredicate fits) {
    int good = 0;
    int bad = most + 1;
    for (int n = 1; n < bad; n = Math.min(2 * n, most)) {
      if (!fits.test(n)) {
        bad = n;
      } else {
        good = n;
        if (n == most) {
          return most;
        }
      }
    }
    while (bad - good > 1) {
      int middle = (good + bad) >>> 1;
      if (fits.test(middle)) {
        good = middle;
      } else {
        bad = middle;
      }
    }
    return good;
  }
}
