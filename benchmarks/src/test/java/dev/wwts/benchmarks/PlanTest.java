package dev.wwts.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** What a run would measure. */
class PlanTest {
  private static Options options(String... given) {
    Properties properties = new Properties();
    for (int i = 0; i < given.length; i += 2) {
      properties.setProperty(given[i], given[i + 1]);
    }
    return SuiteOptions.of(properties, false);
  }

  private static List<String> steps(String... given) {
    return Plan.of(options(given), true).stream().map(Step::toString).toList();
  }

  @Test
  void rivalsTakeTurnsAndEachRoundTurnsTheOrder() {
    List<String> peers =
        steps("wwts.models", "small", "wwts.peers", "wwts,djl", "wwts.threads", "1").stream()
            .filter(step -> step.startsWith("PeersBenchmark"))
            .map(step -> step.replaceAll(".*peer=(\\w+).*round=(\\d).*", "$1 $2"))
            .toList();
    assertThat(peers).containsExactly("wwts 1", "djl 1", "djl 2", "wwts 2", "wwts 3", "djl 3");
  }

  @Test
  void rivalsOfARoundTakeTurnsInOneStep() {
    List<String> steps =
        Plan.of(
                options(
                    "wwts.models", "small", "wwts.threads", "1", "wwts.rounds", "2", "wwts.turns", "9",
                    "wwts.peers", "wwts,python,presets"),
                false)
            .stream()
            .map(Step::toString)
            .filter(step -> step.contains("peer"))
            .map(step -> step.replaceAll("(\\S+) .*peers=([a-z,]+),.*turns=(\\d), round=(\\d).*", "$1 $2 $3 $4"))
            .toList();
    assertThat(steps)
        .containsExactly("Turns.recognize wwts,presets 9 1", "Turns.recognize wwts 9 2");
  }

  @Test
  void aCardStandsInForASmallOneAndHasNoRivals() {
    List<String> steps = steps("wwts.device", "cuda", "wwts.models", "small,base");
    assertThat(steps)
        .anyMatch(step -> step.startsWith("StageBenchmark.forward"))
        .noneMatch(step -> step.startsWith("PeersBenchmark") || step.contains("Crop"));
    for (String batch : List.of("1", "4", "8", "16")) {
      assertThat(steps)
          .anyMatch(
              step ->
                  step.contains("model=base")
                      && step.contains("batch=" + batch + ",")
                      && step.contains("budget=6000000000"));
    }
  }

  @Test
  void aProcessorStandsInForNoCard() {
    assertThat(steps("wwts.device", "cpu"))
        .noneMatch(step -> step.contains("budget=6"));
  }

  @Test
  void onlyWhatIsAskedForAndOnceForEachNumberOfCallers() {
    assertThat(steps("jmh.benchmarks", "throughput", "wwts.callers", "1,2"))
        .hasSize(2)
        .allMatch(step -> step.startsWith("RecognizeBenchmark.throughput"))
        .anyMatch(step -> step.contains("callers=2"));
  }

  @Test
  void fullIsTheCrossProduct() {
    List<String> steps =
        steps("wwts.full", "true", "wwts.precisions", "fp32", "jmh.benchmarks", "Benchmark.recognize$")
            .stream()
            .filter(step -> step.startsWith("Recognize"))
            .toList();
    assertThat(steps).hasSize(3 * 4 * 3 * 3).doesNotHaveDuplicates();
  }

  @Test
  void aDefaultRunIsPlannedUnderFifteenMinutesAndAQuickOneUnderThree() {
    for (String[] run : new String[][] {{"wwts.out", "x", "900"}, {"quick", "true", "180"}}) {
      Options options = options(run[0], run[1], "wwts.precisions", "fp32,bf16");
      List<Step> steps = Plan.of(options, true);
      double seconds = Progress.seconds(steps, options);
      System.out.printf("planned with %s: %.0f s, %d steps%n", run[0], seconds, steps.size());
      assertThat(seconds).isLessThan(Double.parseDouble(run[2]));
    }
  }

  @Test
  void typingErrorsAreToldAndNotIgnored() {
    assertThatThrownBy(() -> options("wwts.peer", "wwts"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no option -Dwwts.peer")
        .hasMessageContaining("wwts.peers");
    assertThatThrownBy(() -> options("jmh.f", "2")).hasMessageContaining("-Djmh.f");
    assertThatThrownBy(() -> options("wwts.peers", "onnx")).hasMessageContaining("onnxruntime");
    assertThatThrownBy(() -> options("wwts.models", "huge")).hasMessageContaining("huge");
    assertThatThrownBy(() -> options("jmh.i", "0")).hasMessageContaining("-Djmh.i=0");
  }

  @Test
  void aBudgetOfSixGigabytesMeansWhatTheCommandLineMeans() {
    assertThat(SuiteOptions.budget(options("wwts.budget", "6GB"))).isEqualTo("6000000000");
    assertThat(SuiteOptions.budget(options("wwts.budget", "6GiB"))).isEqualTo("6442450944");
    assertThatThrownBy(() -> options("wwts.budget", "six")).hasMessageContaining("wwts.budget");
  }
}
