package dev.wwts.train;

import dev.wwts.internal.torch.NativeScope;
import org.bytedeco.pytorch.LossClosure;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Multinomial logistic regression: the mean cross entropy of a linear layer over rows, and half the
 * penalty times its squares. Its gradient is worked out, not recorded: the sum of rows, each times
 * its probabilities less 1 at its label. Lives in the pointer scope that it is made in.
 */
final class SoftmaxLoss extends LossClosure {
  private final Tensor rows;
  private final Tensor classes;
  private final Tensor shares;
  private final Tensor minusShares;
  private final Tensor layer;
  private final Tensor gradient;
  private final Tensor loss = torch.zeros(1);
  private final double penalty;

  /**
   * Of a layer that is all zeros.
   *
   * @param rows examples x numbers
   * @param shares what each example counts, together 1
   */
  SoftmaxLoss(Tensor rows, Examples examples, double[] shares, double penalty) {
    this.rows = rows;
    this.classes = classes(examples);
    this.shares = torch.tensor(shares).to(torch.ScalarType.Float).view(-1, 1);
    this.minusShares = this.shares.neg();
    this.layer = torch.zeros(examples.labels().size(), rows.size(1));
    this.gradient = torch.zeros(examples.labels().size(), rows.size(1));
    this.penalty = penalty;
    layer.mutable_grad().put(gradient);
  }

  /** A column. */
  static Tensor classes(Examples examples) {
    return torch.tensor(examples.classes().stream().mapToLong(it -> it).toArray()).view(-1, 1);
  }

  /** What is trained: labels x numbers. */
  Tensor layer() {
    return layer;
  }

  /** The mean cross entropy of others. */
  double of(Tensor others, Tensor theirClasses) {
    return NativeScope.of(() -> -logs(others).gather(1, theirClasses).mean().item_double());
  }

  private Tensor logs(Tensor of) {
    return torch.log_softmax(torch.mm(of, layer.t()), 1);
  }

  @Override
  public Tensor call() {
    return NativeScope.of(
        () -> {
          Tensor logs = logs(rows);
          double entropy = -logs.gather(1, classes).mul(shares).sum().item_double();
          double squares = layer.mul(layer).sum().item_double();
          loss.fill_(new Scalar(entropy + penalty / 2 * squares));
          Tensor errors = logs.exp_().mul_(shares).scatter_add_(1, classes, minusShares);
          gradient.copy_(torch.mm(errors.t(), rows));
          gradient.add_(layer, new Scalar(penalty));
          return loss;
        });
  }
}
