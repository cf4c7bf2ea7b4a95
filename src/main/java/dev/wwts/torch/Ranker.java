package dev.wwts.torch;

import dev.wwts.bundle.Manifest.Activation;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Logits to the k best classes. */
final class Ranker {
  private final Activation activation;

  Ranker(Activation activation) {
    this.activation = activation;
  }

  /**
   * The scores and indices of the best classes, N x k each, where the logits are; inside the
   * caller's pointer scope.
   *
   * @param logits N x classes, float32
   * @param k how many, at most classes
   */
  T_TensorTensor_T best(Tensor logits, int k) {
    Tensor scores =
        switch (activation) {
          case SOFTMAX -> torch.softmax(logits, -1);
          case SIGMOID -> torch.sigmoid(logits);
          case NONE -> logits;
        };
    return torch.topk(scores, k, -1, true, true);
  }

  /** Ranks a batch whose logits are in the host's memory, inside the caller's pointer scope. */
  Ranking rank(Tensor logits, int k) {
    T_TensorTensor_T best = best(logits, k);
    int n = (int) logits.size(0);
    List<Ranking.Row> rows = new ArrayList<>(n);
    // contiguous: topk makes them
    Tensor values = best.get0();
    Tensor classes = best.get1();
    for (int i = 0; i < n; i++) {
      long[] indices = new long[k];
      float[] confidences = new float[k];
      values.data_ptr_float().position((long) i * k).get(confidences);
      classes.data_ptr_long().position((long) i * k).get(indices);
      rows.add(new Ranking.Row(indices, confidences));
    }
    return new Ranking(rows);
  }
}
