package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wwts.internal.cuda.CudaRuntime;
import dev.wwts.internal.torch.LibTorch;
import java.awt.Color;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * LibTorch's CUDA build on a machine without a card: profile gpu, CUDA's libraries, and a stub of
 * libcuda.so.1 or none; skipped elsewhere. {@code .ci/gpu} runs it; with {@code
 * -Dwwts.stub.required=true} CPU natives are a failure.
 */
class CudaStubTest {
  @TempDir private static Path folder;
  private static Path model;

  @BeforeAll
  static void cudaBuildWithoutACard() {
    boolean cudaBuild = "in this build".equals(LibTorch.facts().get("CUDA"));
    if (Boolean.getBoolean("wwts.stub.required")) {
      assertThat(cudaBuild).as("the profile gpu's natives are on the class path").isTrue();
    }
    assumeTrue(cudaBuild, "skipped: the natives on the class path are the CPU build");
    assumeTrue(LibTorch.cudaFacts().isEmpty(), "skipped: this machine has a card");
    model = ModelFiles.tiny(folder);
  }

  @Test
  void autoRunsOnTheProcessor() {
    try (Recognizer recognizer = Recognizer.load(model)) {
      assertThat(recognizer.model().device()).isEqualTo(Device.CPU);
      assertThat(recognizer.model().precision()).isEqualTo(Precision.FP32);
      assertThat(recognizer.recognize(TestPictures.png(9, 9, Color.RED)).get(0).label())
          .isEqualTo("红");
      assertThat(recognizer.memory()).isEmpty();
    }
  }

  @Test
  void cudaIsRefusedWithTheReasonAndWithoutAFallToTheProcessor() {
    RecognizerBuilder builder = Recognizer.builder(model).device(Device.cuda(0));

    assertThatThrownBy(builder::load)
        .isInstanceOf(DeviceException.class)
        .hasMessageStartingWith("Device cuda:0: ")
        .hasMessageContaining("driver")
        .hasMessageEndingWith("; or use cpu.");
    assertThat(LibTorch.faults()).singleElement().asString().startsWith("No CUDA: ");
  }

  @Test
  void theRuntimesLibrariesLoadOrTheMissingOneIsNamed() {
    try {
      CudaRuntime.load();
    } catch (DeviceException e) {
      assertThat(e).hasMessageContaining("libcuda.so.1");
    } catch (RuntimeException e) {
      // the stub: libraries load, and LibTorch finds no driver behind them
      assertThat(e).hasMessageContaining("NVIDIA");
    }
  }
}
