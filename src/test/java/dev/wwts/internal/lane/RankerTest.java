package dev.wwts.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.internal.head.Reading;
import dev.wwts.internal.head.Readout;
import dev.wwts.internal.model.Manifest.Activation;
import dev.wwts.internal.torch.LibTorch;
import dev.wwts.internal.torch.NativeScope;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The order of classes in the host's memory. */
class RankerTest {
  private static final float INFINITY = Float.POSITIVE_INFINITY;

  @BeforeAll
  static void load() {
    LibTorch.load();
  }

  @Test
  void equalLogitsComeByClass() {
    for (Activation activation : Activation.values()) {
      assertThat(order(activation, 4, 1, 2, 1, 2, 0)).containsExactly(1, 3, 0, 2);
      assertThat(order(activation, 3, -0f, 0f, -0f, 0f)).containsExactly(0, 1, 2);
      assertThat(order(activation, 2, 7, 7, 7)).containsExactly(0, 1);
      assertThat(order(activation, 1, 7)).containsExactly(0);
    }
  }

  /** All of these confidences are 1, or 0, in 32 bits. */
  @Test
  void logitsDecideWhereConfidencesAreEqual() {
    assertThat(order(Activation.SIGMOID, 3, 30, INFINITY, 40)).containsExactly(1, 2, 0);
    assertThat(order(Activation.SOFTMAX, 3, -200, 0, -190)).containsExactly(1, 2, 0);
  }

  @Test
  void whatIsNotANumberComesFirst() {
    assertThat(order(Activation.NONE, 5, 1, Float.NaN, INFINITY, -INFINITY, Float.NaN))
        .containsExactly(1, 4, 2, 0, 3);
    assertThat(order(Activation.NONE, 1, 1, 2, Float.NaN, 3, Float.NaN)).containsExactly(2);
    assertThat(order(Activation.NONE, 2, Float.NaN, 2, 1, Float.NaN)).containsExactly(0, 3);
    assertThat(order(Activation.NONE, 2, -INFINITY, -INFINITY, Float.NaN, 3)).containsExactly(2, 3);
  }

  @Test
  void distinctLogitsComeAsLibTorchsTopKHasThem() {
    for (int classes : new int[] {3, 129, 1000, 5_409}) {
      List<Float> distinct = new ArrayList<>();
      for (int i = 0; i < 2 * classes; i++) {
        distinct.add(i - classes - 0.5f);
      }
      Collections.shuffle(distinct, new Random(classes));
      float[] logits = new float[2 * classes];
      for (int i = 0; i < logits.length; i++) {
        logits[i] = distinct.get(i);
      }
      for (int k : new int[] {1, Math.min(classes, 5), Math.min(classes, 100), classes}) {
        sameAsLibTorch(logits, k);
      }
    }
  }

  private static void sameAsLibTorch(float[] logits, int k) {
    int classes = logits.length / 2;
    NativeScope.inference(
        () -> {
          Tensor tensor = tensor(2, logits);
          T_TensorTensor_T best = torch.topk(tensor, k, -1, true, true);
          Ranker ranker = new Ranker(new Readout.Best(0, classes, Activation.NONE, k));
          ranker.take(tensor);
          List<Reading> rows = List.of(ranker.reading(0), ranker.reading(1));
          for (int i = 0; i < 2 * k; i++) {
            Reading row = rows.get(i / k);
            assertThat(row.column(i % k)).isEqualTo((int) best.get1().data_ptr_long().get(i));
            assertThat(row.value(i % k)).isEqualTo(best.get0().data_ptr_float().get(i));
          }
          return tensor;
        });
  }

  private static int[] order(Activation activation, int k, float... logits) {
    Ranker ranker = new Ranker(new Readout.Best(0, logits.length, activation, k));
    Reading reading =
        NativeScope.inference(
            () -> {
              ranker.take(tensor(1, logits));
              return ranker.reading(0);
            });
    return IntStream.range(0, k).map(reading::column).toArray();
  }

  private static Tensor tensor(int rows, float[] values) {
    Tensor tensor = torch.empty(rows, values.length / rows);
    tensor.data_ptr_float().put(values);
    return tensor;
  }
}
