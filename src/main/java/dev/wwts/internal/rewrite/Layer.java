package dev.wwts.internal.rewrite;

import static dev.wwts.internal.rewrite.GraphNodes.constant;
import static dev.wwts.internal.rewrite.GraphNodes.isConstant;
import static dev.wwts.internal.rewrite.GraphNodes.isFalse;
import static dev.wwts.internal.rewrite.GraphNodes.isIntegers;
import static dev.wwts.internal.rewrite.GraphNodes.kind;
import static dev.wwts.internal.rewrite.GraphNodes.operand;
import static dev.wwts.internal.rewrite.GraphNodes.tensor;

import java.util.Objects;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** A convolution or linear layer of a graph, by its operands' names. */
record Layer(JitNode node, boolean isConvolution) {
  private static final int KERNEL_AXES = 4;

  /** A layer that is not transposed, whatever its operands; null for all else. */
  static @Nullable Layer of(JitNode node) {
    return switch (kind(node)) {
      case "aten::linear" -> new Layer(node, false);
      case "aten::conv2d" -> new Layer(node, true);
      // the same, as a trace says it; also of one or three dimensions, and of gradients
      case "aten::_convolution" ->
          isFalse(operand(node, "transposed")) ? new Layer(node, true) : null;
      default -> null;
    };
  }

  /** One that oneDNN or cuDNN may have a call for: its weight is a constant of {@code type}. */
  static @Nullable Layer of(JitNode node, torch.ScalarType type) {
    Layer layer = of(node);
    return layer != null && layer.isOf(type) && layer.hasPlainBias() && layer.isTold()
        ? layer
        : null;
  }

  private boolean isOf(torch.ScalarType type) {
    Tensor weight = tensor(weight());
    return weight != null
        && weight.dim() == (isConvolution ? KERNEL_AXES : 2)
        && weight.scalar_type().intern() == type
        && weight.numel() > 0;
  }

  /** Whether it is a convolution over two axes, as its weight tells. */
  boolean hasKernelOfTwoAxes() {
    Tensor weight = tensor(weight());
    return isConvolution && weight != null && weight.dim() == KERNEL_AXES;
  }

  /** Whether it is known how a convolution moves over its input. */
  boolean isTold() {
    return !isConvolution
        || (isIntegers(stride())
            && isIntegers(padding())
            && isIntegers(dilation())
            && isConstant(groups()));
  }

  /**
   * None, or a number for each channel, one behind the other: oneDNN and cuDNN look at nothing
   * else.
   */
  private boolean hasPlainBias() {
    if (!hasBias()) {
      return isConstant(bias());
    }
    Tensor bias = Objects.requireNonNull(tensor(bias()));
    Tensor weight = Objects.requireNonNull(tensor(weight()));
    return bias.dim() == 1
        && bias.size(0) == weight.size(0)
        && bias.is_contiguous()
        && bias.scalar_type().intern() == weight.scalar_type().intern();
  }

  /** Whether there is one that is known. */
  boolean hasBias() {
    return tensor(bias()) != null;
  }

  Value input() {
    return operand(node, "input");
  }

  Value weight() {
    return operand(node, "weight");
  }

  /** A constant, or none. */
  Value bias() {
    return operand(node, "bias");
  }

  Value stride() {
    return operand(node, "stride");
  }

  Value padding() {
    return operand(node, "padding");
  }

  Value dilation() {
    return operand(node, "dilation");
  }

  Value groups() {
    return operand(node, "groups");
  }

  boolean isGrouped() {
    return constant(groups()).toInt() != 1;
  }

  Value output() {
    return node.output();
  }
}
