package dev.wwts.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.OutOfDeviceMemoryException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a run tells of its steps and its files. */
class SuiteTest {
  private static OtherLoad.Ticks ticks(String cpu, String own) {
    return OtherLoad.Ticks.parse(
        List.of(cpu, "cpu0 1", "cpu1 1", "intr 7"),
        "7 (a (b) c) S 1 1 1 0 0 0 0 0 0 0 " + own + " 0");
  }

  @Test
  void onlyOthersTimeAndTheHostsAreTold() {
    OtherLoad.Ticks before = ticks("cpu  100 0 0 1000 0 0 0 0 0 0", "50 0 0 0");
    // 200 ticks of 2 cores: 100 of ours, 60 of others, 20 stolen, 20 idle
    OtherLoad.Ticks after = ticks("cpu  260 0 0 1020 0 0 0 20 0 0", "60 0 80 10");
    assertThat(after.warnings(before))
        .containsExactly(
            "other processes took 0.6 of 2 cores.", "the host took 0.2 of 2 cores away (steal).");
    assertThat(ticks("cpu  200 0 0 1100 0 0 0 0 0 0", "150 0 0 0").warnings(before)).isEmpty();
  }

  @Test
  void tooLittleMemoryIsToldOfTheInnermostCause() {
    RuntimeException jmhs = new RuntimeException("Benchmark caught the exception");
    jmhs.addSuppressed(
        new OutOfDeviceMemoryException(
            "The GPU's memory is too small.", 1, 0, new RuntimeException("x")));
    assertThat(Suite.words(jmhs))
        .isEqualTo(
            "x / out of memory: The GPU's memory is too small. / Benchmark caught the exception");
  }

  @Test
  void filesAreNamedAfterTheCardThatWasAskedFor() {
    Map<String, Object> facts =
        Map.of(
            "cpu",
            "A (1)",
            "gpu",
            Map.of("card 0", "One, sm_90, 132 multiprocessors, 143155 MiB", "card 1", "Two B"));
    assertThat(RunFiles.name(facts, "cpu")).isEqualTo("a-1");
    assertThat(RunFiles.name(facts, "cuda")).isEqualTo("one");
    assertThat(RunFiles.name(facts, "cuda:1")).isEqualTo("two-b");
    assertThat(RunFiles.name(Map.of("cpu", "A"), "cuda")).isEqualTo("a");
  }
}
