package dev.wwts.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** What a run would measure. */
class PlanTest {
  private static List<String> steps(String... given) {
    Properties properties = new Properties();
    for (int i = 0; i < given.length; i += 2) {
      properties.setProperty(given[i], given[i + 1]);
    }
    return Plan.of(Options.of(properties)).stream().map(Plan.Step::toString).toList();
  }

  @Test
  void rivalsTakeTurns() {
    List<String> peers =
        steps("wwts.device", "cpu", "wwts.models", "small", "wwts.peers", "wwts,djl", "wwts.threads", "1")
            .stream()
            .filter(step -> step.startsWith("PeersBenchmark"))
            .map(step -> step.replaceAll(".*peer=(\\w+).*round=(\\d).*", "$1 $2"))
            .toList();
    assertThat(peers).containsExactly("wwts 1", "djl 1", "wwts 2", "djl 2");
  }

  @Test
  void aCardHasUploadsAndStandsInForASmallOneButHasNoRivals() {
    List<String> steps = steps("wwts.device", "cuda", "wwts.models", "small,base");
    assertThat(steps)
        .anyMatch(step -> step.startsWith("StageBenchmark.upload"))
        .anyMatch(step -> step.contains("model=base") && step.contains("budget=6442450944"))
        .noneMatch(step -> step.startsWith("PeersBenchmark"));
  }

  @Test
  void aProcessorHasNeither() {
    assertThat(steps("wwts.device", "cpu"))
        .noneMatch(step -> step.contains("upload") || step.contains("budget=6"));
  }

  @Test
  void onlyWhatIsAskedForAndOnceForEachNumberOfCallers() {
    assertThat(steps("wwts.device", "cpu", "jmh.benchmarks", "throughput", "wwts.callers", "1,2"))
        .hasSize(2)
        .allMatch(step -> step.startsWith("RecognizeBenchmark.throughput"))
        .anyMatch(step -> step.endsWith("2 callers"));
  }
}
