package dev.wwts.internal.rewrite;

import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Symbol;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.ValueVector;
import org.jspecify.annotations.Nullable;

/**
 * Nodes of oneDNN's operators, which stand nowhere yet: layers with packed weights, and an addition
 * or a function behind them. In the order of their schemas, {@code
 * mkldnn::_convolution_pointwise(.binary)} and {@code mkldnn::_linear_pointwise(.binary)}
 * (aten/src/ATen/native/mkldnn/RegisterMkldnnOpContextClass.cpp of LibTorch 2.13).
 */
final class OneDnnOperators {
  private final Graph graph;
  private final JitNode first;
  private final PackedWeights packed;

  /** Makes some whose constants go where the graph's insert point is. */
  OneDnnOperators(Graph graph) {
    this.graph = graph;
    this.first = graph.nodes().front();
    this.packed = new PackedWeights(graph, first);
  }

  /**
   * A convolution with what follows it.
   *
   * @param input channels-last
   * @param sizes those of an input of one row
   * @param residual what is added; null for nothing
   * @param pointwise what is done then; null for nothing
   */
  JitNode convolution(
      Layer layer,
      Value input,
      long[] sizes,
      @Nullable Value residual,
      @Nullable Pointwise pointwise) {
    Value weight = packed.convolution(layer, sizes).output();
    ValueVector inputs = new ValueVector(input);
    if (residual != null) {
      inputs.push_back(residual);
    }
    inputs.push_back(weight);
    inputs.push_back(layer.bias());
    inputs.push_back(layer.padding());
    inputs.push_back(layer.stride());
    inputs.push_back(layer.dilation());
    inputs.push_back(layer.groups());
    if (residual == null) {
      addPointwise(inputs, pointwise, "none");
    } else {
      inputs.push_back(constant(new IValue("add")));
      inputs.push_back(constant(new IValue()));
      addPointwise(inputs, pointwise, null);
    }
    return graph.create(Symbol.fromQualString("mkldnn::_convolution_pointwise"), inputs);
  }

  /** A linear layer with either of these behind it. */
  JitNode linear(
      Layer layer, long[] sizes, @Nullable Value residual, @Nullable Pointwise pointwise) {
    Value weight = packed.linear(layer, sizes).output();
    ValueVector inputs = new ValueVector(layer.input());
    if (residual != null) {
      inputs.push_back(residual);
    }
    inputs.push_back(weight);
    inputs.push_back(layer.bias());
    if (residual == null) {
      addPointwise(inputs, pointwise, "none");
    } else {
      inputs.push_back(constant(new IValue("add")));
    }
    return graph.create(Symbol.fromQualString("mkldnn::_linear_pointwise"), inputs);
  }

  private void addPointwise(
      ValueVector inputs, @Nullable Pointwise pointwise, @Nullable String none) {
    ValueVector scalars = new ValueVector();
    if (pointwise != null) {
      pointwise.scalars().forEach(scalar -> scalars.push_back(constant(new IValue(scalar))));
    }
    JitNode list = graph.createList(GraphNodes.elementOf("Scalar?[]"), scalars);
    list.insertBefore(first);
    String name = pointwise == null ? none : pointwise.name();
    inputs.push_back(constant(name == null ? new IValue() : new IValue(name)));
    inputs.push_back(list.output());
    inputs.push_back(constant(new IValue(pointwise == null ? "" : pointwise.algorithm())));
  }

  private Value constant(IValue value) {
    return graph.insertConstant(value);
  }
}
