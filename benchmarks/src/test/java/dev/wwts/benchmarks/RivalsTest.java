package dev.wwts.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Rivals that take turns, each in a process that stays, and their entries beside JMH's. */
class RivalsTest {
  private static final Path STORED = Path.of("benchmarks/results/amd-epyc-2026-11-24.json");

  private static Step step(String peers) {
    return new Step(
        Rivals.TURNS,
        Map.of(
            "peers", peers, "model", "small", "picture", "64x48", "threads", "1", "turns", "2",
            "round", "1"));
  }

  @Test
  void eachGetsItsEntryAndItsTurns() throws IOException {
    // in the same process they could not live: each brings a LibTorch
    JsonNode entries = new Rivals(Optional.empty()).run(step("wwts,djl"));
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
    assertThatThrownBy(() -> new Rivals(Optional.empty()).run(step("wwts,nobody")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("nobody: it ended")
        .hasMessageContaining("No peer is named nobody.");
  }

  @Test
  void anEntryHasTheFieldsOfJmhsOwn() throws IOException {
    JsonNode jmh =
        new ObjectMapper()
            .readTree(STORED.toFile())
            .valueStream()
            .filter(it -> it.path("benchmark").asText().endsWith("PeersBenchmark.recognize"))
            .findFirst()
            .orElseThrow();
    JsonNode ours =
        Rivals.entry(
            Rivals.PYTHON,
            "CPython",
            new Python("python3", Map.of("python", "3.11.7", "torch", "2.13.0")).version(),
            Map.of("peer", "python"),
            List.of(3.0, 1.0, 2.0));
    for (String object : List.of("", "/primaryMetric", "/primaryMetric/scorePercentiles")) {
      assertThat(ours.at(object).fieldNames())
          .toIterable()
          .containsExactlyInAnyOrderElementsOf(() -> jmh.at(object).fieldNames());
    }
    assertThat(ours.get("vmVersion").asText()).isEqualTo("3.11.7, torch 2.13.0");
    assertThat(ours.get("jdkVersion").asText()).startsWith("CPython 3.11.7");
    assertThat(ours.at("/primaryMetric/score").asDouble()).isEqualTo(2);
  }
}
