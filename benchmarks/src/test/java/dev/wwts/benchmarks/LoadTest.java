package dev.wwts.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.OutOfDeviceMemoryException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a step is told to have suffered from. */
class LoadTest {
  private static Load load(String cpu, String own) {
    return Load.parse(cpu, "7 (a (b) c) S 1 1 1 0 0 0 0 0 0 0 " + own + " 0", 2);
  }

  @Test
  void onlyOthersTimeAndTheHostsAreTold() {
    Load before = load("cpu  100 0 0 1000 0 0 0 0 0 0", "50 0 0 0");
    // 200 ticks of 2 cores: 100 of ours, 60 of others, 20 stolen, 20 idle
    Load after = load("cpu  260 0 0 1020 0 0 0 20 0 0", "60 0 80 10");
    assertThat(after.warnings(before))
        .containsExactly(
            "other processes took 0.6 of 2 cores.", "the host took 0.2 of 2 cores away (steal).");
    assertThat(load("cpu  200 0 0 1100 0 0 0 0 0 0", "150 0 0 0").warnings(before)).isEmpty();
  }

  @Test
  void tooLittleMemoryIsNoFaultOfTheRun() {
    Step step = new Step("RecognizeBenchmark.recognize", 1, Map.of("model", "base"));
    RuntimeException jmhs = new RuntimeException("Benchmark caught the exception");
    jmhs.addSuppressed(
        new OutOfDeviceMemoryException("The GPU's memory is too small.", 1, 0, new RuntimeException("x")));
    Failure memory = Failure.of(step, jmhs);
    assertThat(memory.error()).contains("out of memory: The GPU's memory is too small.");
    assertThat(memory.isOutOfMemory()).isTrue();
    assertThat(Failure.of(step, new IllegalStateException("no file")).isOutOfMemory()).isFalse();
  }
}
