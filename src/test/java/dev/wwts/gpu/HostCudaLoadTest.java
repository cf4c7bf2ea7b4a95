package dev.wwts.gpu;

import static dev.wwts.gpu.HostCuda.Count.TF32_PRODUCTS;
import static dev.wwts.gpu.HostCuda.Count.WAITS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.ModelFiles;
import dev.wwts.Precision;
import dev.wwts.Recognizer;
import dev.wwts.RecognizerBuilder;
import dev.wwts.TestPictures;
import dev.wwts.internal.network.TestModels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Loads over a card: cuDNN's trials, and several at the same time; see {@link HostCudaCase}. */
class HostCudaLoadTest extends HostCudaCase {
  /** Each trial of an algorithm waits for the card. */
  @Test
  void cudnnTriesItsAlgorithmsForATraceAsForAScript() throws Exception {
    Path scripted = folder.resolve("scripted.pt");
    // without ReLU, which is measured once in a process
    TestModels.convolve(
        scripted, "torch.conv2d(x, self.w, None, [1, 1], [1, 1], [1, 1], 1)", ".mean([2, 3])");
    Path traced = folder.resolve("traced.pt");
    TestModels.convolve(
        traced,
        "torch._convolution(x, self.w, None, [1, 1], [1, 1], [1, 1], False, [0, 0], 1, False, False, True, True)",
        ".mean([2, 3])");
    // what a process sets up once
    waitsOfLoading(ModelFiles.of(folder, scripted));
    int without = waitsOfLoading(model);
    int waitsOfScript = waitsOfLoading(ModelFiles.of(folder, scripted));

    assertThat(waitsOfScript).isGreaterThan(without);
    assertThat(waitsOfLoading(ModelFiles.of(folder, traced))).isEqualTo(waitsOfScript);
  }

  /** In a thread of its own: what cuDNN has tried it remembers by thread. */
  private static int waitsOfLoading(Path network) throws InterruptedException {
    int before = WAITS.read();
    Thread thread =
        new Thread(() -> Recognizer.builder(network).device(CUDA).lanes(1).load().close());
    thread.start();
    thread.join();
    return WAITS.read() - before;
  }

  /** What products may round to is asked of cuBLAS, convolutions' switch is LibTorch's. */
  @Test
  void fp32IsRoundedToTf32OnlyWhereThatIsAllowed() {
    Path linear = folder.resolve("linear.pt");
    TestModels.convolve(
        linear, "torch.linear(x.mean([3]).mean([2]), self.w[0, 0], self.w[0, 0, 0])", "");
    Path network = ModelFiles.of(folder, linear);
    boolean[] before = TestModels.tf32();

    try (Recognizer exact = fp32(network).load()) {
      assertThat(exact.remarks()).contains("fp32 on the card: 32 bits throughout, TF32 is off.");
      assertThat(TestModels.tf32()).containsExactly(false, false);
      assertThat(TF32_PRODUCTS.read()).isZero();
      try (Recognizer rounds = fp32(network).tf32(true).load()) {
        assertThat(rounds.remarks()).anyMatch(remark -> remark.endsWith("rounded to TF32."));
        assertThat(TestModels.tf32()).containsExactly(false, false);
      }
    }
    assertThat(TestModels.tf32()).isEqualTo(before);
    try (Recognizer rounds = fp32(network).tf32(true).load()) {
      assertThat(TestModels.tf32()).containsExactly(true, true);
      assertThat(rounds.recognize(TestPictures.jpeg(64, 64))).isNotEmpty();
      assertThat(TF32_PRODUCTS.read()).isPositive();
    }
    assertThat(TestModels.tf32()).isEqualTo(before);
  }

  private static RecognizerBuilder fp32(Path network) {
    return Recognizer.builder(network).device(CUDA).lanes(1).precision(Precision.FP32);
  }

  /**
   * Also where nothing is warmed up: LibTorch would end the process when asked a second time for a
   * shape that cuDNN refused.
   */
  @Test
  void cudnnsAttentionIsDoneWithoutWhereItIsRefused() {
    Path attending = folder.resolve("attending.pt");
    TestModels.convolve(attending, "torch.scaled_dot_product_attention(x, x, x)", ".mean([2, 3])");
    Path network = ModelFiles.of(folder, attending);
    HostCuda.Refusal.ATTENTION.next(1000);
    try (Recognizer eager = fp16(network).batchSizes().load()) {
      attends(eager);
      try (Recognizer captured = fp16(network).load()) {
        attends(captured);
        assertThat(captured.remarks()).contains("CUDA graph for batches of 1: captured.");
      }
    } finally {
      HostCuda.Refusal.ATTENTION.next(0);
    }
  }

  private static RecognizerBuilder fp16(Path network) {
    return Recognizer.builder(network).device(CUDA).lanes(1).precision(Precision.FP16);
  }

  private static void attends(Recognizer recognizer) {
    assertThat(recognizer.recognize(TestPictures.jpeg(64, 64))).isNotEmpty();
    assertThat(recognizer.remarks())
        .anyMatch(remark -> remark.startsWith("cuDNN's attention is off in this process"))
        .anyMatch(remark -> remark.startsWith("Layout: ") && !remark.contains("ended early"));
  }

  /**
   * Waiting for the card while another stream is captured breaks the capture; CUDA's rules tell.
   */
  @Test
  void recognizersThatLoadAtTheSameTimeDoNotSpoilEachOthersCaptures() throws Exception {
    Path bare = folder.resolve("several.pt");
    TestModels.convolve(bare, "torch.conv2d(x, self.w, None, [1, 1], [1, 1], [1, 1], 1)");
    Path network = ModelFiles.of(folder, bare);
    ExecutorService services = Executors.newFixedThreadPool(4);
    try {
      List<Future<List<String>>> loads = new ArrayList<>();
      for (int i = 0; i < 32; i++) {
        loads.add(services.submit(() -> remarksOfALoad(network)));
      }
      for (Future<List<String>> load : loads) {
        assertThat(load.get())
            .anyMatch(remark -> remark.endsWith("captured."))
            .noneMatch(remark -> remark.contains("failed") || remark.contains("ended early"));
      }
    } finally {
      services.shutdown();
    }
  }

  /** In a thread of its own: what cuDNN has tried it remembers by thread. */
  private static List<String> remarksOfALoad(Path network) throws InterruptedException {
    List<String> remarks = new ArrayList<>();
    Thread thread =
        new Thread(
            () -> {
              try (Recognizer recognizer =
                  Recognizer.builder(network).device(CUDA).lanes(2).load()) {
                remarks.addAll(recognizer.remarks());
              }
            });
    thread.start();
    thread.join();
    return remarks;
  }
}
