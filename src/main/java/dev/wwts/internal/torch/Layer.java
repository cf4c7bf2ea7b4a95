package dev.wwts.internal.torch;

import static dev.wwts.internal.torch.GraphNodes.isConstant;
import static dev.wwts.internal.torch.GraphNodes.isIntegers;
import static dev.wwts.internal.torch.GraphNodes.kind;

import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** A convolution or linear layer of a graph whose weight is a constant, by its operands' names. */
record Layer(JitNode node, boolean isConvolution) {
  private static final int KERNEL_AXES = 4;

  /** What a node is, if oneDNN or cuDNN may have a call for it; weights are of {@code type}. */
  static @Nullable Layer of(JitNode node, torch.ScalarType type) {
    Layer layer =
        switch (kind(node)) {
          case "aten::linear" -> new Layer(node, false);
          case "aten::conv2d" -> new Layer(node, true);
          // the same, as a trace says it; also of one or three dimensions, and of gradients
          case "aten::_convolution" -> isTransposed(node) ? null : new Layer(node, true);
          default -> null;
        };
    boolean known =
        layer != null
            && isOf(layer.weight(), layer.isConvolution ? KERNEL_AXES : 2, type)
            && layer.hasPlainBias()
            && (!layer.isConvolution || layer.isTold());
    return known ? layer : null;
  }

  private static boolean isTransposed(JitNode node) {
    Value transposed = node.input(6);
    return !isConstant(transposed) || torch.toIValue(transposed).get().toBool();
  }

  private boolean isTold() {
    return isIntegers(stride())
        && isIntegers(padding())
        && isIntegers(dilation())
        && isConstant(groups());
  }

  /**
   * None, or a number for each channel, one behind the other: oneDNN and cuDNN look at nothing
   * else.
   */
  private boolean hasPlainBias() {
    if (!isConstant(bias())) {
      return false;
    }
    if (!hasBias()) {
      return true;
    }
    Tensor bias = torch.toIValue(bias()).get().toTensor();
    Tensor weight = torch.toIValue(weight()).get().toTensor();
    return bias.dim() == 1
        && bias.size(0) == weight.size(0)
        && bias.is_contiguous()
        && bias.scalar_type().intern() == weight.scalar_type().intern();
  }

  /** Whether there is one; it must be a constant. */
  boolean hasBias() {
    IValue constant = torch.toIValue(bias()).get();
    return constant.isTensor() && constant.toTensor().defined();
  }

  private static boolean isOf(Value value, int axes, torch.ScalarType type) {
    if (!isConstant(value)) {
      return false;
    }
    IValue constant = torch.toIValue(value).get();
    if (!constant.isTensor() || !constant.toTensor().defined()) {
      return false;
    }
    Tensor tensor = constant.toTensor();
    return tensor.dim() == axes && tensor.scalar_type().intern() == type && tensor.numel() > 0;
  }

  Value input() {
    return node.input(0);
  }

  Value weight() {
    return node.input(1);
  }

  /** A constant, or none. */
  Value bias() {
    return node.input(2);
  }

  Value stride() {
    return node.input(3);
  }

  Value padding() {
    return node.input(4);
  }

  Value dilation() {
    return node.input(5);
  }

  Value groups() {
    return node.input(kind(node).equals("aten::conv2d") ? 6 : 8);
  }

  boolean isGrouped() {
    return torch.toIValue(groups()).get().toInt() != 1;
  }

  Value output() {
    return node.output();
  }
}
