package dev.wwts.gpu;

import static dev.wwts.gpu.HostCuda.Count.GRAPH_COPIES;
import static dev.wwts.gpu.HostCuda.Count.GRAPH_KERNELS;
import static dev.wwts.gpu.HostCuda.Count.OWN_GRAPH_KERNELS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wwts.Answer;
import dev.wwts.Device;
import dev.wwts.ModelException;
import dev.wwts.ModelFiles;
import dev.wwts.Picture;
import dev.wwts.Precision;
import dev.wwts.Recognition;
import dev.wwts.Recognizer;
import dev.wwts.TestPictures;
import dev.wwts.internal.cuda.NativeLibrary;
import dev.wwts.internal.head.Readings;
import dev.wwts.internal.head.Readout;
import dev.wwts.internal.lane.LaneProbe;
import dev.wwts.internal.model.Manifest.Activation;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Rankings on the card: the order is the processor's, with few launches. The networks answer with
 * their weights, which reach hostcuda's card as they are; see {@link HostCudaCase}.
 */
class HostCudaRankTest extends HostCudaCase {
  private static final Picture PICTURE = Picture.of(TestPictures.jpeg(64, 64));

  @BeforeAll
  static void theKernelIsHere() {
    assumeTrue(NativeLibrary.isLoaded(), "skipped: LibTorch's kernels do nothing here");
  }

  @Test
  void theOrderIsTheProcessors() {
    Random random = new Random(7);
    float[] all = new float[100_000];
    float[] tied = new float[1000];
    for (int i = 0; i < all.length; i++) {
      all[i] = 8 * random.nextFloat();
    }
    for (int i = 0; i < tied.length; i++) {
      tied[i] = random.nextInt(4);
    }
    for (int top : new int[] {1, 5, 128}) {
      sameAsOnTheProcessor(all, "softmax", top);
      sameAsOnTheProcessor(tied, "softmax", top);
      sameAsOnTheProcessor(new float[] {3}, "softmax", top);
      sameAsOnTheProcessor(new float[] {0f, -0f, 0f}, "none", top);
      sameAsOnTheProcessor(new float[tied.length], "softmax", top);
      sameAsOnTheProcessor(
          new float[] {1, Float.NEGATIVE_INFINITY, 1, 30, Float.NEGATIVE_INFINITY}, "softmax", top);
      // saturated: all confidences are 1, the order is the logits'
      sameAsOnTheProcessor(new float[] {20, 30, Float.POSITIVE_INFINITY, 30}, "sigmoid", top);
    }
  }

  private static void sameAsOnTheProcessor(float[] logits, String activation, int top) {
    model = ModelFiles.constant(folder, logits, activation);
    List<Recognition> expected = answers(Device.CPU, Precision.FP32, top, 1).get(0);
    assertThat(expected).hasSize(Math.min(top, logits.length));
    for (List<Recognition> actual : answers(CUDA, Precision.FP32, top, 3)) {
      assertThat(actual).hasSameSizeAs(expected);
      for (int i = 0; i < expected.size(); i++) {
        assertThat(actual.get(i).index()).isEqualTo(expected.get(i).index());
        // both are 32-bit sums; native/wwts_rank.h says how near the kernel's are
        double confidence = expected.get(i).confidence();
        assertThat(actual.get(i).confidence())
            .isCloseTo(confidence, within(2e-5 * Math.abs(confidence) + 1e-37));
      }
    }
  }

  private static List<List<Recognition>> answers(
      Device device, Precision precision, int top, int batch) {
    try (Recognizer recognizer =
        on(device).precision(precision).topK(top).batchSizes(batch).load()) {
      return recognizer.answers(Collections.nCopies(batch, PICTURE)).stream()
          .map(answer -> ((Answer.Recognized) answer).results())
          .toList();
    }
  }

  @Test
  void halfLogitsAreRankedAsTheyAre() {
    // 2049 has no half of its own: it is 2048, whose class is lower
    model = ModelFiles.constant(folder, new float[] {2047, 2048, 2049, 2050}, "none");
    for (Recognition first : answers(CUDA, Precision.FP16, 4, 2).get(1).subList(0, 1)) {
      assertThat(first.index()).isEqualTo(3);
      assertThat(first.confidence()).isEqualTo(2050);
    }
    assertThat(answers(CUDA, Precision.FP16, 4, 2).get(1))
        .extracting(Recognition::index)
        .containsExactly(3, 1, 2, 0);
  }

  /** One picture, whose range needs no kernel that lays it out anew. */
  @Test
  void readoutsOfOneForwardStandSideBySide() {
    model = ModelFiles.constant(folder, new float[] {1, 3, 2, -5, 0.25f, 7}, "softmax");
    Readout best = new Readout.Best(0, 3, Activation.NONE, 2);
    Readout rest = new Readout.Every(3, 3, Activation.NONE);
    for (boolean graphs : new boolean[] {true, false}) {
      Readings readings =
          LaneProbe.read(model, CUDA, List.of(best, rest), graphs, TestPictures.jpeg(64, 64), 1);

      assertThat(readings.of(best).column(0)).isEqualTo(1);
      assertThat(readings.of(best).value(1)).isEqualTo(2);
      assertThat(readings.of(rest).value(0)).isEqualTo(-5);
      assertThat(readings.of(rest).value(2)).isEqualTo(7);
    }
  }

  /** One picture, in fp32: hostcuda has no kernel that converts. */
  @Test
  void anEmbeddingComesBesideTheRanking() {
    model = ModelFiles.features(folder, new float[] {1, 3, 2, 2, 0, -1, 2}, 3);
    float[] expected = {2 / 3f, 0, -1 / 3f, 2 / 3f};
    for (boolean graphs : new boolean[] {true, false}) {
      try (Recognizer recognizer = on(CUDA).precision(Precision.FP32).cudaGraphs(graphs).load()) {
        assertThat(recognizer.embed(PICTURE)).containsExactly(expected);
        assertThat(recognizer.answer(PICTURE).best().index()).isEqualTo(1);
      }
    }
  }

  @Test
  void whatIsNotANumberIsRefusedAsOnTheProcessor() {
    for (float wrong : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      model = ModelFiles.constant(folder, new float[] {1, wrong, 3}, "softmax");
      for (Device device : List.of(Device.CPU, CUDA)) {
        assertThatThrownBy(() -> on(device).precision(Precision.FP32).load())
            .isInstanceOf(ModelException.class)
            .hasMessageContaining("not finite");
      }
    }
  }

  /** 129 classes are more than the kernel gives: LibTorch's operations show what it saves. */
  @Test
  void aGraphRanksWithOneLaunchAndNoCopy() {
    model = ModelFiles.constant(folder, new float[1000], "softmax");
    int[] kernel = nodes(128, "Ranking on the card: kernel of our own.");
    int[] operations =
        nodes(
            129,
            "Ranking on the card: LibTorch operations (the kernel gives the best 128, not 129).");

    System.out.printf(
        "Ranking of a graph: %d own and %d other launches, %d copies; by operations %d, %d, %d%n",
        kernel[0], kernel[1], kernel[2], operations[0], operations[1], operations[2]);
    assertThat(kernel).containsExactly(1, 0, 0);
    assertThat(operations[0]).isZero();
    assertThat(operations[1]).isGreaterThan(2);
    assertThat(operations[2]).isEqualTo(2);
  }

  @Test
  void moreClassesThanTheKernelRanksAreTold() {
    model = ModelFiles.constant(folder, new float[100_001], "softmax");
    try (Recognizer recognizer = on(CUDA).load()) {
      assertThat(recognizer.remarks())
          .contains(
              "Ranking on the card: LibTorch operations (the kernel ranks up to 100,000 classes,"
                  + " not 100,001).");
    }
  }

  /** Of 2700 pictures all 100,000: 3 GB of page-locked memory, most of which nobody touches. */
  @Test
  void allClassesOfALargeBatchAreMoreThanAnIntCounts() {
    model = ModelFiles.constant(folder, new float[100_000], "softmax");

    assertThat(LaneProbe.lastRow(model, 0, 100_000, 2700)).isEqualTo(100_000);
  }

  /** Own launches, others and copies of the one graph that a load captures. */
  private static int[] nodes(int top, String remark) {
    int own = OWN_GRAPH_KERNELS.read();
    int kernels = GRAPH_KERNELS.read();
    int copies = GRAPH_COPIES.read();
    int graphs = HostCuda.Count.GRAPHS.read();
    try (Recognizer recognizer = on(CUDA).precision(Precision.FP32).topK(top).load()) {
      assertThat(recognizer.remarks()).contains(remark);
      assertThat(HostCuda.Count.GRAPHS.read()).isEqualTo(graphs + 1);
      return new int[] {
        OWN_GRAPH_KERNELS.read() - own, GRAPH_KERNELS.read() - kernels, GRAPH_COPIES.read() - copies
      };
    }
  }
}
