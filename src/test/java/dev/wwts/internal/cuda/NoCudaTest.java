package dev.wwts.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Each cause of "no CUDA" has a sentence of its own. */
class NoCudaTest {
  private static final NoCuda CPU_BUILD = new NoCuda(false, null, false, -1, null, 0, null);
  private static final NoCuda NOTHING = new NoCuda(true, null, false, 35, null, 0, null);
  private static final NoCuda NO_DRIVER =
      new NoCuda(
          true,
          null,
          true,
          -1,
          "/x/libjnicudart.so: libcuda.so.1: cannot open shared object file",
          0,
          null);
  private static final NoCuda OLD = new NoCuda(true, "535.104.05", true, 35, null, 0, null);
  private static final NoCuda BEHIND = new NoCuda(true, "580.65.06", true, 35, null, 0, null);
  private static final NoCuda NO_LIBRARY =
      new NoCuda(
          true,
          "580.65.06",
          true,
          -1,
          "no jnicudnn in java.library.path: libcudnn.so.9: cannot open shared object file",
          0,
          null);
  private static final NoCuda HIDDEN = new NoCuda(true, "580.65.06", true, 100, null, 0, "-1");
  private static final NoCuda BROKEN = new NoCuda(true, "580.65.06", true, 999, null, 0, null);
  private static final NoCuda ONE = new NoCuda(true, "580.65.06", true, 0, null, 1, null);

  @Test
  void everyCauseHasItsOwnSentence() {
    List<String> sentences =
        List.of(CPU_BUILD, NOTHING, NO_DRIVER, OLD, BEHIND, NO_LIBRARY, HIDDEN, BROKEN).stream()
            .map(cause -> cause.sentence(0))
            .toList();

    assertThat(sentences).doesNotHaveDuplicates().doesNotContain("");
    assertThat(CPU_BUILD.sentence(0)).contains("CPU build", "-gpu classifier");
    assertThat(NOTHING.sentence(0)).contains("no NVIDIA GPU and no NVIDIA driver");
    assertThat(NO_DRIVER.sentence(0)).contains("but no NVIDIA driver: install version 580");
    assertThat(OLD.sentence(0))
        .isEqualTo("the NVIDIA driver 535.104.05 is too old: CUDA 13 needs 580 or newer");
    assertThat(BEHIND.sentence(0)).contains("580.65.06 is older than the CUDA libraries");
    assertThat(NO_LIBRARY.sentence(0))
        .startsWith("libcudnn.so.9 can't be loaded: install CUDA 13 and cuDNN 9");
    assertThat(
            NoCuda.missingLibrary("/x/libjninvjpeg.so: libnvjpeg.so.13: cannot open shared object"))
        .startsWith("libnvjpeg.so.13 can't be loaded");
    assertThat(HIDDEN.sentence(0)).contains("sees no GPU: CUDA_VISIBLE_DEVICES is '-1'");
    assertThat(BROKEN.sentence(0)).contains("error 999, often a driver that was updated");
  }

  @Test
  void aWrongIndexNamesHowManyThereAre() {
    assertThat(ONE.sentence(0)).isEmpty();
    assertThat(ONE.sentence(3)).isEqualTo("there is no GPU 3: CUDA sees 1, counted from 0");
  }

  @Test
  void anOldDriverIsTooOldWhateverElseIsMissing() {
    NoCuda both = new NoCuda(true, "470.10", true, -1, "libcudnn.so.9: not found", 0, null);

    assertThat(both.sentence(0)).contains("470.10 is too old");
  }

  @Test
  void aCardOlderThanLibTorchsMachineCodeIsNamed() {
    assertThat(CudaRuntime.tooOld("NVIDIA GeForce GTX 1080", 6, 1))
        .isEqualTo(
            "GPU NVIDIA GeForce GTX 1080 is sm_61: this LibTorch runs on sm_75 or newer (GTX 16, RTX 20)");
    assertThat(CudaRuntime.tooOld("NVIDIA GeForce GTX 1660 Ti", 7, 5)).isEmpty();
    assertThat(CudaRuntime.tooOld("NVIDIA B200", 10, 0)).isEmpty();
  }

  @Test
  void readsTheDriversVersion() {
    assertThat(
            CudaProbe.version(
                "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023\nGCC version: 12"))
        .isEqualTo("535.104.05");
    assertThat(
            CudaProbe.version(
                "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build"))
        .isEqualTo("580.65.06");
    assertThat(CudaProbe.version("nothing")).isNull();
  }
}
