package dev.wwts.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Python's entries beside those that JMH made. */
class PythonTest {
  private static final Path STORED = Path.of("benchmarks/results/amd-epyc-2026-11-24.json");

  private static List<String> names(JsonNode node) {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
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
    Python python = new Python("python3", Map.of("python", "3.11.7", "torch", "2.13.0"));
    JsonNode ours =
        Entries.of(
            Python.BENCHMARK, python.vm(), Map.of("peer", "python"), 3, List.of(3.0, 1.0, 2.0));
    assertThat(names(ours)).containsExactlyInAnyOrderElementsOf(names(jmh));
    assertThat(names(ours.get("primaryMetric")))
        .containsExactlyInAnyOrderElementsOf(names(jmh.get("primaryMetric")));
    assertThat(names(ours.at("/primaryMetric/scorePercentiles")))
        .containsExactlyInAnyOrderElementsOf(names(jmh.at("/primaryMetric/scorePercentiles")));
    assertThat(ours.get("vmVersion").asText()).isEqualTo("3.11.7, torch 2.13.0");
    assertThat(ours.get("jdkVersion").asText()).startsWith("CPython 3.11.7");
    assertThat(ours.at("/primaryMetric/score").asDouble()).isEqualTo(2);
  }
}
