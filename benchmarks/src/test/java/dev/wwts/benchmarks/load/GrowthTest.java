package dev.wwts.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** What counts as growth in a soak. */
class GrowthTest {
  private static Growth of(DoubleUnaryOperator curve) {
    double[] seconds = new double[600];
    Arrays.setAll(seconds, i -> i);
    return Growth.of("x", seconds, Arrays.stream(seconds).map(curve).toArray(), 32);
  }

  @Test
  void aModelKeptAtEachSwapIsGrowth() {
    Growth growth = of(t -> 500 + 14 * Math.floor(t / 10));
    assertThat(growth.perHour()).isCloseTo(14 * 360, within(1.0));
    assertThat(growth.grown()).isCloseTo(14 * 40, within(2.0));
    assertThat(growth.isGrowth()).isTrue();
  }

  @Test
  void aSlopeThatChanceMakesIsNone() {
    Random random = new Random(1);
    int growths = 0;
    for (int i = 0; i < 200; i++) {
      double[] seconds = new double[30];
      Arrays.setAll(seconds, s -> 10 * s);
      double[] levels = new double[30];
      Arrays.setAll(levels, s -> 1800 + 120 * random.nextGaussian());
      growths += Growth.of("x", seconds, levels, 32).isGrowth() ? 1 : 0;
    }
    // 1 of 100 at a bound of 0; the bound is 90
    assertThat(growths).isLessThanOrEqualTo(2);
  }

  @Test
  void noiseBurstsSwapsAndAWarmUpAreNone() {
    Random random = new Random(1);
    Growth growth =
        of(
            t ->
                500
                    // warm-up
                    + Math.min(300, 3 * t)
                    // the C library's arenas
                    + 20 * random.nextDouble()
                    // two models for a second of ten
                    + (t % 10 < 1 ? 200 : 0)
                    // a burst
                    + (t > 400 && t < 440 ? 300 : 0));
    assertThat(growth.isGrowth()).as(growth.toString()).isFalse();
    // 5 % of about 800
    assertThat(growth.allowed()).isCloseTo(40, within(2.0));
  }

  @Test
  void aSoakThatWasTooShortHasNoSlope() {
    assertThat(Growth.of("x", new double[] {0, 1}, new double[] {1, 9}, 4).grown()).isZero();
    assertThat(Growth.of("x", new double[0], new double[0], 4).isGrowth()).isFalse();
  }
}
