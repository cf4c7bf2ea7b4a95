package dev.wwts.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wwts.Device;
import dev.wwts.ModelFiles;
import dev.wwts.Recognizer;
import dev.wwts.RecognizerBuilder;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests of the way over a card on a machine without one: LibTorch's CUDA build on
 * native/test/hostcuda, whose memory and copies are real, whose kernels do nothing (but our own,
 * and top-k), and which counts where CUDA's rules are broken. What networks answer there means
 * nothing. {@code .ci/gpu} runs them; skipped elsewhere.
 */
abstract class HostCudaCase {
  static final Device CUDA = Device.cuda(0);
  static final long MIB = 1L << 20;

  @TempDir static Path folder;
  static Path model;

  private int faults;

  @BeforeAll
  static void cudaWithoutACard() {
    boolean here = HostCuda.isHere();
    if (Boolean.getBoolean("wwts.hostcuda.required")) {
      assertThat(here).as("LibTorch's CUDA build runs on hostcuda").isTrue();
    }
    assumeTrue(here, "skipped: no hostcuda under LibTorch's CUDA build (.ci/gpu has it)");
    model = ModelFiles.tiny(folder);
  }

  @BeforeEach
  void countFaults() {
    faults = HostCuda.Count.FAULTS.read();
  }

  @AfterEach
  void cudasRulesWereKept() {
    assertThat(HostCuda.Count.FAULTS.read())
        .as("broken rules; stderr names them")
        .isEqualTo(faults);
  }

  static RecognizerBuilder on(Device device) {
    return Recognizer.builder(model).device(device).lanes(1);
  }
}
