package dev.wwts.gpu;

import static dev.wwts.gpu.HostCuda.Count.CUDNN_CALLS;
import static dev.wwts.gpu.HostCuda.Count.GRAPH_LAUNCHES;
import static dev.wwts.gpu.HostCuda.Count.KERNELS;
import static dev.wwts.gpu.HostCuda.Count.WAITS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.ModelFiles;
import dev.wwts.Precision;
import dev.wwts.Recognizer;
import dev.wwts.TestPictures;
import dev.wwts.torch.TestModels;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Convolutions with ReLU as one call of cuDNN's; see {@link HostCudaCase}. What is launched shows,
 * not what it answers. Each test has shapes of its own, as a process remembers what it measured.
 */
class HostCudaFusionTest extends HostCudaCase {
  private static final byte[] PICTURE = TestPictures.jpeg(64, 64);

  /** Of 3 x 3 pixels, with a bias; padding and dilation are {@code spread}. */
  private static String convolution(int spread) {
    return "torch.conv2d(x, self.w, self.w.sum([1, 2, 3]), [1, 1], [%1$d, %1$d], [%1$d, %1$d], 1)"
        .formatted(spread);
  }

  /** Bias, ReLU and addition are kernels of LibTorch's; cuDNN's calls are counted apart. */
  @ParameterizedTest
  @CsvSource({"'', 2, FP16", "' + x', 3, FP16", "' + x', 3, BF16", "' + x', 3, FP32"})
  void biasAdditionAndReluAreNoKernelsOfTheirOwn(String residual, int saved, Precision precision) {
    String sum = convolution(1) + residual;
    int[] apart = launches("torch.clamp_min(" + sum + ", 0.0)", precision);
    int[] together = launches("torch.relu(" + sum + ")", precision);

    assertThat(apart[0] - together[0]).isEqualTo(saved);
    assertThat(together[1]).isEqualTo(apart[1]).isEqualTo(1);
  }

  /** Kernels and cuDNN's calls of an eager call. */
  private static int[] launches(String expression, Precision precision) {
    try (Recognizer recognizer =
        Recognizer.builder(network(expression))
            .device(CUDA)
            .precision(precision)
            .cudaGraphs(false)
            .lanes(1)
            .load()) {
      assertThat(recognizer.model().precision()).isEqualTo(precision);
      recognizer.recognize(PICTURE);
      int kernels = KERNELS.read();
      int calls = CUDNN_CALLS.read();
      recognizer.recognize(PICTURE);
      return new int[] {KERNELS.read() - kernels, CUDNN_CALLS.read() - calls};
    }
  }

  private static Path network(String expression) {
    Path bare = folder.resolve("fused.pt");
    TestModels.convolve(bare, expression, ".mean([2, 3])");
    return ModelFiles.of(folder, bare);
  }

  @Test
  void whatIsFusedIsCapturedAndACallWaitsOnce() {
    try (Recognizer recognizer = load(convolution(2) + " + x")) {
      recognizer.recognize(PICTURE);
      int launches = GRAPH_LAUNCHES.read();
      int waits = WAITS.read();
      recognizer.recognize(PICTURE);

      assertThat(GRAPH_LAUNCHES.read()).isEqualTo(launches + 1);
      assertThat(WAITS.read()).isEqualTo(waits + 1);
      assertThat(recognizer.remarks())
          .contains("CUDA graph for batches of 1: captured.")
          .contains(remark("in planes", 1, 0, 0), remark("channels-last", 1, 0, 0));
    }
  }

  @Test
  void whatCudnnHasNoCallForStaysAsItIs() {
    HostCuda.Refusal.FUSED_CALLS.next(1_000_000);
    try (Recognizer recognizer = load(convolution(3))) {
      assertThat(recognizer.recognize(PICTURE)).isNotEmpty();
      assertThat(recognizer.remarks())
          .contains("CUDA graph for batches of 1: captured.")
          .contains(remark("in planes", 0, 0, 1), remark("channels-last", 0, 0, 1));
    } finally {
      HostCuda.Refusal.FUSED_CALLS.next(0);
    }
  }

  @Test
  void whatIsSlowerAsOneCallStaysAsItIs() {
    HostCuda.Refusal.FAST_FUSED_CALLS.next(1_000_000);
    try (Recognizer recognizer = load(convolution(4))) {
      assertThat(recognizer.recognize(PICTURE)).isNotEmpty();
      assertThat(recognizer.remarks())
          .contains(remark("in planes", 0, 1, 0), remark("channels-last", 0, 1, 0));
    } finally {
      HostCuda.Refusal.FAST_FUSED_CALLS.next(0);
    }
  }

  /** The measured calls ran; the network's, after them, are refused. */
  @Test
  void aFusedNetworkThatFailsIsNotUsed() {
    String measured = convolution(5);
    load(measured).close();
    HostCuda.Refusal.FUSED_CALLS.next(1_000_000);
    try (Recognizer recognizer = load(measured)) {
      assertThat(recognizer.recognize(PICTURE)).isNotEmpty();
      assertThat(recognizer.remarks())
          .anyMatch(
              remark ->
                  remark.startsWith(
                      "The network runs as it is in the file, in planes, not rewritten for cards, and slower: it fails ("));
    } finally {
      HostCuda.Refusal.FUSED_CALLS.next(0);
    }
  }

  private static Recognizer load(String sum) {
    return Recognizer.builder(network("torch.relu(" + sum + ")")).device(CUDA).lanes(1).load();
  }

  private static String remark(String layout, int fused, int apart, int refused) {
    return "Convolutions with ReLU as one call of cuDNN's, %s: %d of 1 (%d faster apart, %d that it has no call for)."
        .formatted(layout, fused, apart, refused);
  }
}
