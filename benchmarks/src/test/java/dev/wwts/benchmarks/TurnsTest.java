package dev.wwts.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Rivals that take turns, each in a process that stays. */
class TurnsTest {
  private static Step step(String peers) {
    return new Step(
        Turns.BENCHMARK,
        1,
        Map.of(
            "peers", peers, "model", "small", "picture", "64x48", "threads", "1", "turns", "2",
            "round", "1"));
  }

  @Test
  void eachGetsItsEntryAndItsTurns() throws IOException {
    // in the same process they could not live: each brings a LibTorch
    JsonNode entries = new Turns(Optional.empty()).run(step("wwts,djl"));
    assertThat(entries.findValuesAsText("peer")).isEqualTo(List.of("wwts", "djl"));
    for (JsonNode entry : entries) {
      assertThat(entry.at("/params/turns").asText()).isEqualTo("2");
      assertThat(entry.at("/params").has("peers")).isFalse();
      assertThat(entry.at("/primaryMetric/rawDataHistogram/0/0")).hasSize(2);
      assertThat(entry.at("/primaryMetric/score").asDouble()).isPositive();
    }
  }

  @Test
  void aProcessThatEndsIsToldWithItsLastWords() {
    assertThatThrownBy(() -> new Turns(Optional.empty()).run(step("wwts,nobody")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("nobody: it ended")
        .hasMessageContaining("No peer is named nobody.");
  }
}
