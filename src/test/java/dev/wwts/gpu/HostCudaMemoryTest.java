package dev.wwts.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.Answer;
import dev.wwts.CliProcess;
import dev.wwts.ModelFiles;
import dev.wwts.OutOfDeviceMemoryException;
import dev.wwts.Picture;
import dev.wwts.Precision;
import dev.wwts.Recognizer;
import dev.wwts.RecognizerBuilder;
import dev.wwts.TestPictures;
import dev.wwts.internal.lane.LaneProbe;
import dev.wwts.internal.network.TestModels;
import java.awt.Color;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * Memory of a card: too little of it, budgets, batches that are split, swaps, {@code wwts vram}.
 */
class HostCudaMemoryTest extends HostCudaCase {
  @Test
  void tooLittleMemoryIsTypedAndSurvivedAHundredTimes() {
    byte[] picture = TestPictures.jpeg(64, 64);

    assertThat(LaneProbe.survived(model, CUDA, 64 * MIB, picture, 100)).isEqualTo(100);
  }

  @Test
  void aModelThatDoesNotFitIsRefusedWithFiguresAndLeavesNothing() {
    long before = HostCuda.memory();

    assertThatThrownBy(() -> on(CUDA).vramBudget(MIB).load())
        .isInstanceOfSatisfying(
            OutOfDeviceMemoryException.class,
            e -> {
              assertThat(e.requestedBytes()).isPositive();
              assertThat(e.freeBytes()).isBetween(0L, MIB);
            });
    assertThat(HostCuda.memory()).isEqualTo(before);
  }

  @Test
  void aBatchThatDoesNotFitIsSplitAndAnsweredInOrder() {
    List<Picture> batch = Collections.nCopies(4096, Picture.of(TestPictures.png(9, 9, Color.RED)));
    try (Recognizer recognizer =
        Recognizer.builder(largeInput()).device(CUDA).lanes(1).vramBudget(256 * MIB).load()) {
      List<Answer> answers = recognizer.answers(batch.subList(0, 600));

      assertThat(answers).hasSize(600).allMatch(answer -> answer instanceof Answer.Recognized);
      assertThat(recognizer.remarks())
          .anyMatch(remark -> remark.contains("does not fit the device's memory"));
    }
  }

  /**
   * A graph's memory is in use while it runs only, and graphs of one lane run one after the other.
   * Smaller batches add their inputs (1.5 MiB a slot, from segments of 20 MiB), nothing more.
   */
  @Test
  void theGraphsOfALaneShareTheirMemory() {
    Path network = largeInput("torch.relu(x * 2).mean([2, 3])");
    long largest = memoryWith(network, 8);
    long all = memoryWith(network, 1, 2, 4, 8);

    System.out.printf("Graphs of 8: %d MiB; of 1, 2, 4, 8: %d MiB%n", largest / MIB, all / MIB);
    assertThat(all - largest).isLessThanOrEqualTo(22 * MIB);
  }

  private static long memoryWith(Path network, int... batches) {
    try (Recognizer recognizer =
        Recognizer.builder(network).device(CUDA).lanes(1).batchSizes(batches).load()) {
      for (int batch : batches) {
        List<Picture> pictures = Collections.nCopies(batch, Picture.of(TestPictures.jpeg(64, 64)));
        assertThat(recognizer.answers(pictures)).hasSize(batch);
        assertThat(recognizer.remarks())
            .contains("CUDA graph for batches of %d: captured.".formatted(batch));
      }
      return HostCuda.memory();
    }
  }

  /** 512 x 512: 600 pictures of it are 900 MiB in FP16. */
  private static Path largeInput() {
    return largeInput("m * 10");
  }

  private static Path largeInput(String expression) {
    String manifest =
        ModelFiles.MANIFEST
            .replace("\"width\": 8, \"height\": 8", "\"width\": 512, \"height\": 512")
            .replace("\"size\": 8}", "\"size\": 512}");
    return ModelFiles.write(
        folder,
        expression,
        manifest,
        ModelFiles.LABELS.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  /** Captures beside another recognizer's calls: neither may spoil the other. */
  @Test
  void modelsAreSwappedUnderLoadAndLeaveNothing() throws Exception {
    byte[] picture = TestPictures.jpeg(640, 480);
    on(CUDA).load().close();
    long before = HostCuda.memory();
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try (Recognizer serving = on(CUDA).load()) {
      Future<Integer> calls =
          thread.submit(
              () -> {
                int answered = 0;
                for (int i = 0; i < 500; i++) {
                  answered += serving.recognize(picture).size();
                }
                return answered;
              });
      for (int i = 0; i < 10; i++) {
        try (Recognizer other = on(CUDA).load()) {
          other.recognize(picture);
        }
      }
      assertThat(calls.get()).isEqualTo(1500);
    } finally {
      thread.shutdown();
    }
    assertThat(HostCuda.memory()).isEqualTo(before);
  }

  @Test
  void aGraphThatHasNoRoomIsDoneWithout() {
    HostCuda.Refusal.MEMORY_IN_CAPTURES.next(1000);
    try (Recognizer recognizer = on(CUDA).precision(Precision.FP32).load()) {
      assertThat(recognizer.recognize(TestPictures.jpeg(64, 64))).isNotEmpty();
      assertThat(recognizer.remarks())
          .anyMatch(remark -> remark.contains("running eagerly (The GPU's memory"));
    } finally {
      HostCuda.Refusal.MEMORY_IN_CAPTURES.next(0);
    }
  }

  /**
   * A capture can't give memory back and ask again, as eager runs do: for a batch of 1 it would
   * take 42, 60 and 81 MiB, one after the other, and finds no room for the third. The two others
   * must not stay with the graph of 8.
   */
  @Test
  void whatACaptureTookBeforeItFailedIsFreeAgain() {
    String part = "x.repeat(1, %d, 1, 1).mean([2, 3])[:, :3]";
    Path network =
        largeInput(
            "x.mean([2, 3]) if x.size(0) > 4 else "
                + String.join(" + ", part.formatted(14), part.formatted(20), part.formatted(27)));
    try (Recognizer recognizer =
        Recognizer.builder(network)
            .device(CUDA)
            .precision(Precision.FP32)
            .lanes(1)
            .batchSizes(1, 8)
            .vramBudget(160 * MIB)
            .load()) {
      assertThat(recognizer.remarks())
          .anyMatch(
              remark ->
                  remark.startsWith(
                      "CUDA graph for batches of 1 with timing marks: capture failed"))
          .contains("CUDA graph for batches of 8: captured.");
      byte[] bytes = TestPictures.jpeg(64, 64);
      Picture picture = Picture.of(bytes);
      assertThat(recognizer.recognize(bytes)).isNotEmpty();
      int launches = HostCuda.Count.GRAPH_LAUNCHES.read();
      assertThat(recognizer.answers(Collections.nCopies(8, picture))).hasSize(8);
      assertThat(HostCuda.Count.GRAPH_LAUNCHES.read() - launches).isEqualTo(1);
    }
  }

  /** LibTorch says that there is no engine for it: that would be the model's fault. */
  @Test
  void aConvolutionThatHasNoRoomToWorkInIsTooLittleMemory() throws Exception {
    Path bare = folder.resolve("convolution.pt");
    TestModels.convolve(
        bare, "torch.conv2d(x, self.w, None, [1, 1], [1, 1], [1, 1], 1)", ".mean([2, 3])");
    RecognizerBuilder builder =
        Recognizer.builder(ModelFiles.of(folder, bare))
            .device(CUDA)
            .precision(Precision.FP32)
            .vramBudget(64 * MIB)
            .lanes(1);
    HostCuda.Refusal.NO_WORKSPACE.next(500);
    try {
      assertThatThrownBy(builder::load)
          .isInstanceOf(OutOfDeviceMemoryException.class)
          .hasMessageContaining("too small for what cuDNN works in");
    } finally {
      HostCuda.Refusal.NO_WORKSPACE.next(0);
    }
  }

  @Test
  void theLedgerOfACardIsWrittenWithTheSnapshot() throws Exception {
    Path out = folder.resolve("vram");
    CliProcess run =
        CliProcess.run(
            "vram",
            "--model",
            model.toString(),
            "--device",
            "cuda",
            "--batches",
            "1,4",
            "--budget",
            "512MiB",
            "--out",
            out.toString());

    assertThat(run.code()).as(run.err() + run.out()).isZero();
    assertThat(out)
        .isDirectoryContaining("glob:**report.json")
        .isDirectoryContaining("glob:**.pickle");
  }
}
