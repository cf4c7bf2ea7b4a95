package dev.wwts.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** NVML's bits, as sentences. */
class ThrottlingTest {
  @Test
  void namesHeatAndPowerAndNothingElse() {
    assertThat(Throttling.sentences(0, 1 | 2 | 16 | 256)).as("idle, set by the user").isEmpty();
    assertThat(Throttling.sentences(0, 32)).singleElement().asString().contains("hot");
    assertThat(Throttling.sentences(0, 64)).singleElement().asString().contains("hot");
    assertThat(Throttling.sentences(1, 4)).singleElement().asString().contains("GPU 1", "power");
    assertThat(Throttling.sentences(0, 4 | 64)).hasSize(2);
  }
}
