package dev.wwts.gpu;

import static dev.wwts.gpu.HostCuda.Count.CUDNN_CALLS;
import static dev.wwts.gpu.HostCuda.Count.GRAPH_LAUNCHES;
import static dev.wwts.gpu.HostCuda.Count.KERNELS;
import static dev.wwts.gpu.HostCuda.Count.WAITS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.ModelFiles;
import dev.wwts.OutOfDeviceMemoryException;
import dev.wwts.Picture;
import dev.wwts.Precision;
import dev.wwts.Recognizer;
import dev.wwts.TestPictures;
import dev.wwts.internal.network.TestModels;
import java.nio.file.Path;
import java.util.Collections;
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

  /** A softmax and an interpolation instead of a softmax, a product and a sum. */
  @Test
  void aWeightedSumOfTwoPartsIsOneKernel() {
    String parts = "torch.sigmoid(x).unsqueeze(1).expand([x.size(0), 2, 3, 8, 8])";
    String product = "(" + parts + " * torch.softmax(" + parts + ", 1))";
    int plain = launches(product + ".sum(1, True).squeeze(1)", Precision.FP16)[0];
    int merged = launches(product + ".sum(1)", Precision.FP16)[0];

    assertThat(plain - merged).isEqualTo(1);
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

  /** As its calls are measured for the smallest batch alone. */
  @Test
  void aBatchThatCudnnRefusesRunsAsItIsInTheFile() {
    try (Recognizer recognizer = load(convolution(6))) {
      HostCuda.Refusal.FUSED_CALLS.next(1_000_000);
      assertThat(recognizer.answers(Collections.nCopies(5, Picture.of(PICTURE)))).hasSize(5);
      assertThat(recognizer.remarks())
          .anyMatch(remark -> remark.startsWith("Batches of 5 run the network as it is in the"));
    } finally {
      HostCuda.Refusal.FUSED_CALLS.next(0);
    }
  }

  /** Engines that round to TF32 are others: a capture for each way and one of the network. */
  @Test
  void tf32IsMeasuredForItself() {
    Path network = network("torch.relu(" + convolution(7) + ")");

    assertThat(captures(network, false)).isEqualTo(3);
    assertThat(captures(network, true)).isEqualTo(3);
    assertThat(captures(network, true)).isEqualTo(1);
  }

  /** Its kernel is the one that the call with ReLU saves, where there is one. */
  @Test
  void aConvolutionWithoutABiasIsMeasuredWithoutOne() {
    String with = convolution(8);
    String without = with.replace("self.w.sum([1, 2, 3])", "None");

    assertThat(captures(network("torch.relu(" + without + ")"), false)).isEqualTo(3);
    assertThat(captures(network("torch.relu(" + with + ")"), false)).isEqualTo(3);
  }

  /** cuDNN has such a call, as is seen where there is room for what it works in. */
  @Test
  void whatHadNoRoomIsMeasuredAgain() {
    Path network = network("torch.relu(" + convolution(9) + ")");
    HostCuda.Refusal.NO_WORKSPACE.next(500);
    try {
      assertThatThrownBy(
              () -> Recognizer.builder(network).device(CUDA).vramBudget(64 * MIB).lanes(1).load())
          .isInstanceOf(OutOfDeviceMemoryException.class);
    } finally {
      HostCuda.Refusal.NO_WORKSPACE.next(0);
    }
    try (Recognizer recognizer = Recognizer.builder(network).device(CUDA).lanes(1).load()) {
      assertThat(recognizer.remarks())
          .contains(remark("in planes", 1, 0, 0), remark("channels-last", 1, 0, 0));
    }
  }

  private static int captures(Path network, boolean tf32) {
    int before = HostCuda.Count.GRAPHS.read();
    Recognizer.builder(network)
        .device(CUDA)
        .precision(Precision.FP32)
        .tf32(tf32)
        .lanes(1)
        .load()
        .close();
    return HostCuda.Count.GRAPHS.read() - before;
  }

  private static Recognizer load(String sum) {
    return Recognizer.builder(network("torch.relu(" + sum + ")")).device(CUDA).lanes(1).load();
  }

  private static String remark(String layout, int fused, int apart, int refused) {
    return "Convolutions with ReLU as one call of cuDNN's, %s: %d of 1 (%d faster apart, %d that it has no call for, 0 not measured for want of time or memory)."
        .formatted(layout, fused, apart, refused);
  }
}
