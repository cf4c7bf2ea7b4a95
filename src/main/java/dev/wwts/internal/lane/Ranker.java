package dev.wwts.internal.lane;

import dev.wwts.internal.model.Manifest.Activation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Logits to the k best classes. In the host's memory the order is that of the logits: a NaN first,
 * then the greater, and of equal ones the lower class. LibTorch's top-k, which still ranks on cards
 * without the kernel of our own, leaves the order of equal ones open. One thread at a time.
 */
final class Ranker {
  private final Activation activation;
  private float[] row = {};

  Ranker(Activation activation) {
    this.activation = activation;
  }

  /**
   * The scores and indices of the best classes by LibTorch, N x k each, where the logits are;
   * inside the caller's pointer scope.
   *
   * @param logits N x classes, float32
   * @param k how many, at most classes
   */
  T_TensorTensor_T best(Tensor logits, int k) {
    return torch.topk(scores(logits), k, -1, true, true);
  }

  private Tensor scores(Tensor logits) {
    return switch (activation) {
      case SOFTMAX -> torch.softmax(logits, -1);
      case SIGMOID -> torch.sigmoid(logits);
      case NONE -> logits;
    };
  }

  /** Ranks a batch whose logits are in the host's memory, inside the caller's pointer scope. */
  Ranking rank(Tensor logits, int k) {
    Tensor ordered = logits.is_contiguous() ? logits : logits.contiguous();
    FloatPointer values = ordered.data_ptr_float();
    FloatPointer scores = activation == Activation.NONE ? values : scores(ordered).data_ptr_float();
    int n = (int) logits.size(0);
    int classes = (int) logits.size(1);
    row = row.length == classes ? row : new float[classes];
    List<Ranking.Row> rows = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      long first = (long) i * classes;
      values.position(first).get(row);
      long[] indices = best(row, k);
      float[] confidences = new float[k];
      for (int rank = 0; rank < k; rank++) {
        confidences[rank] = scores.position(first + indices[rank]).get();
      }
      rows.add(new Ranking.Row(indices, confidences));
    }
    return new Ranking(rows);
  }

  private static long[] best(float[] logits, int k) {
    // a heap, its least number first
    long[] kept = new long[k];
    for (int i = 0; i < k; i++) {
      kept[i] = number(logits[i], i);
    }
    Arrays.sort(kept);
    float least = logits[index(kept[0])];
    for (int i = k; i < logits.length; i++) {
      // most are less, which is told sooner of logits than of numbers; a NaN is not
      if (logits[i] < least) {
        continue;
      }
      long number = number(logits[i], i);
      if (number > kept[0]) {
        replaceLeast(kept, number);
        least = logits[index(kept[0])];
      }
    }
    Arrays.sort(kept);
    long[] best = new long[k];
    for (int rank = 0; rank < k; rank++) {
      best[rank] = index(kept[k - 1 - rank]);
    }
    return best;
  }

  private static void replaceLeast(long[] heap, long number) {
    int hole = 0;
    for (int child = 1; child < heap.length; child = 2 * hole + 1) {
      if (child + 1 < heap.length && heap[child + 1] < heap[child]) {
        child++;
      }
      if (number < heap[child]) {
        break;
      }
      heap[hole] = heap[child];
      hole = child;
    }
    heap[hole] = number;
  }

  /** Logit and class as one number, the greater the sooner the class comes; no two are equal. */
  private static long number(float logit, int index) {
    // zeros are equal; all NaN have the same bits, which are above infinity's
    int bits = logit == 0 ? 0 : Float.floatToIntBits(logit);
    int order = bits < 0 ? bits ^ Integer.MAX_VALUE : bits;
    return (long) order << Integer.SIZE | (Integer.MAX_VALUE - index);
  }

  private static int index(long number) {
    return Integer.MAX_VALUE - (int) (number & Integer.MAX_VALUE);
  }
}
