package dev.wwts.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What training keeps in memory. */
class FitTest {
  /** Of 20,000 labels and 1,024 numbers a hundred steps would be 16 GB. */
  @Test
  void keepsAsManyStepsAsFitIntoHalfAGigabyte() {
    assertThat(Fit.history(99 * 1281L)).isEqualTo(100);
    assertThat(Fit.history(2_000 * 1281L)).isEqualTo(26);
    assertThat(Fit.history(20_000 * 1025L)).isEqualTo(3);
    assertThat(Fit.history(1_000_000 * 1025L)).isEqualTo(3);
  }
}
