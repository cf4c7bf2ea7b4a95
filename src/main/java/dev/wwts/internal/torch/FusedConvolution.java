package dev.wwts.internal.torch;

import static dev.wwts.internal.torch.GraphNodes.kind;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A convolution whose result, alone or added to a residual, goes through ReLU and nowhere else: on
 * a card cuDNN does all of it in one call, bias included, instead of three or four kernels.
 *
 * <pre>
 * y = conv2d(x, w, b, …)          ->   r = cudnn_convolution_relu(x, w, b, …)
 * r = relu_(y)
 *
 * y = conv2d(x, w, b, …)
 * z = add_(y, residual)           ->   r = cudnn_convolution_add_relu(x, w, residual, 1, b, …)
 * r = relu_(z)
 * </pre>
 *
 * <p>The call stands where ReLU stood, so that all it takes is there. It is made only where nobody
 * can tell that something is written over ({@link Writes}) or how something lies in memory ({@link
 * Layouts}). LibTorch's own pass for this skips weights that lie channels-last.
 *
 * @param sum the addition; null without one
 */
record FusedConvolution(Layer layer, @Nullable JitNode sum, JitNode relu) {
  private static final Set<String> RELUS = Set.of("aten::relu", "aten::relu_");
  private static final int SPATIAL_AXES = 2;

  /** Those of a graph, in its order: the same for each copy of it. */
  static List<FusedConvolution> in(Graph graph, torch.ScalarType type) {
    return Writes.areUnseen(graph) && !Layouts.matter(graph)
        ? new Search(graph, type).found()
        : List.of();
  }

  /** What is added to the convolution's result; null for nothing. */
  @Nullable Value residual() {
    // asked of the graph: what was fused before may have given way to something else
    return sum == null ? null : sum.input(0).equals(layer.output()) ? sum.input(1) : sum.input(0);
  }

  /** Whose shapes decide whether it may be fused. */
  List<Value> operands() {
    Value residual = residual();
    return residual == null
        ? List.of(layer.input())
        : List.of(layer.input(), layer.output(), residual);
  }

  /** Changes the graph, inside the caller's pointer scope. */
  void fuse(Graph graph) {
    graph.setInsertPoint(graph.nodes().front());
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
    Tensor weight = torch.toIValue(layer.weight()).get().toTensor();
    Tensor zeros = torch.zeros(new long[] {weight.size(0)}, weight.options());
    return graph.insertConstant(new IValue(zeros));
  }

  /** Looks from each ReLU upwards, so that no two of them share a node. */
  private static final class Search {
    private final Graph graph;
    private final torch.ScalarType type;
    private final Set<Value> decided;
    private final Set<JitNode> sums;
    private final Map<Value, List<JitNode>> uses;

    Search(Graph graph, torch.ScalarType type) {
      this.graph = graph;
      this.type = type;
      this.decided = GraphNodes.behindBranches(graph);
      this.sums = Sums.of(graph, decided);
      this.uses = GraphNodes.uses(graph);
    }

    List<FusedConvolution> found() {
      // a scope of its own, as every look at a weight holds it
      return NativeScope.of(
          () ->
              GraphNodes.of(graph).stream()
                  .filter(node -> RELUS.contains(kind(node)))
                  .map(this::above)
                  .filter(Objects::nonNull)
                  .toList());
    }

    private @Nullable FusedConvolution above(JitNode relu) {
      Value input = relu.input(0);
      JitNode maker = input.node();
      if (!isUsedOnce(input)) {
        return null;
      }
      if (!sums.contains(maker)) {
        Layer layer = convolution(input);
        return layer == null ? null : new FusedConvolution(layer, null, relu);
      }
      for (int i = 0; i < 2; i++) {
        Layer layer = convolution(maker.input(i));
        if (layer != null) {
          return new FusedConvolution(layer, maker, relu);
        }
      }
      return null;
    }

    private @Nullable Layer convolution(Value value) {
      Layer layer = isUsedOnce(value) ? Layer.of(value.node(), type) : null;
      return layer != null
              && layer.isConvolution()
              && !decided.contains(layer.input())
              && isOfTwoAxes(layer.stride())
              && isOfTwoAxes(layer.padding())
              && isOfTwoAxes(layer.dilation())
          ? layer
          : null;
    }

    private boolean isUsedOnce(Value value) {
      return uses.getOrDefault(value, List.of()).size() == 1;
    }

    /** LibTorch takes one number for both axes in a convolution; its call of cuDNN does not. */
    private static boolean isOfTwoAxes(Value numbers) {
      return torch.toIValue(numbers).get().toIntVector().size() == SPATIAL_AXES;
    }
  }
}
