package dev.wwts.internal.rewrite;

import static dev.wwts.internal.rewrite.GraphNodes.tensor;

import dev.wwts.internal.rewrite.ExampleShapes.Shape;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A convolution whose result, alone or added to a residual, goes through ReLU and nowhere else.
 *
 * @param sum the addition; null without one
 */
record FusedConvolution(Layer layer, @Nullable JitNode sum, JitNode relu) {
  /** What is added to the convolution's result; null for nothing. */
  @Nullable Value residual() {
    // asked of the graph: what was fused before may have given way to something else
    return sum == null ? null : Sums.otherThan(layer.output(), sum);
  }

  /** Whose shapes decide whether it may be fused. */
  List<Value> operands() {
    Value residual = residual();
    return residual == null
        ? List.of(layer.input())
        : List.of(layer.input(), layer.output(), residual);
  }

  /** Changes the graph; the call stands where ReLU stood, so that all it takes is there. */
  void fuse(Graph graph, Map<Value, Shape> shapes) {
    Value residual = residual();
    Value fused =
        residual == null
            ? GraphNodes.insert(
                graph,
                "aten::cudnn_convolution_relu",
                relu,
                layer.input(),
                layer.weight(),
                bias(graph),
                layer.stride(),
                layer.padding(),
                layer.dilation(),
                layer.groups())
            : GraphNodes.insert(
                graph,
                "aten::cudnn_convolution_add_relu",
                relu,
                layer.input(),
                layer.weight(),
                residual,
                graph.insertConstant(new IValue(1L)),
                bias(graph),
                layer.stride(),
                layer.padding(),
                layer.dilation(),
                layer.groups());
    if (shapes.containsKey(relu.output())) {
      shapes.put(fused, shapes.get(relu.output()));
    }
    relu.output().replaceAllUsesWith(fused);
    relu.destroy();
    if (sum != null) {
      sum.destroy();
    }
    layer.node().destroy();
  }

  /** Without one LibTorch would fill one with zeros at each call. */
  private Value bias(Graph graph) {
    if (layer.hasBias()) {
      return layer.bias();
    }
    Tensor weight = Objects.requireNonNull(tensor(layer.weight()));
    Tensor zeros = torch.zeros(new long[] {weight.size(0)}, weight.options());
    return graph.insertConstant(new IValue(zeros));
  }
}
