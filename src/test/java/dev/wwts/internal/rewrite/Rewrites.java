package dev.wwts.internal.rewrite;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Rewrites graphs for tests that know no model file. */
final class Rewrites {
  private Rewrites() {}

  /**
   * Makes layers oneDNN's.
   *
   * @param example one row, or some, of the usual shape
   * @return whether the graph wants channels-last inputs
   */
  static boolean run(FrozenGraph network, torch.ScalarType type, Tensor example) {
    Tensor rows = torch.cat(new TensorVector(example, example));
    Passes.Faster result = Passes.PROCESSOR.hasten(network, Destination.processor(type), rows);
    if (result.answers() != null) {
      result.answers().close();
    }
    return result.channelsLast();
  }
}
