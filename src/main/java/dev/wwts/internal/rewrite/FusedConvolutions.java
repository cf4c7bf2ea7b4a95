package dev.wwts.internal.rewrite;

import static dev.wwts.internal.rewrite.GraphNodes.integers;
import static dev.wwts.internal.rewrite.GraphNodes.kind;
import static dev.wwts.internal.rewrite.GraphNodes.operand;

import dev.wwts.internal.rewrite.ExampleShapes.Shape;
import dev.wwts.internal.torch.NativeScope;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Value;
import org.jspecify.annotations.Nullable;

/**
 * Has cuDNN do a convolution whose result, alone or added to a residual, goes through ReLU and
 * nowhere else in one call, bias included, instead of three or four kernels, where that measured
 * faster.
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
 * <p>It is made only where nobody can tell that something is written over ({@link Writes}) or how
 * something lies in memory ({@link Layouts}). LibTorch's own pass for this skips weights that lie
 * channels-last.
 */
final class FusedConvolutions implements GraphPass {
  private static final Set<String> RELUS = Set.of("aten::relu", "aten::relu_");
  private static final int SPATIAL_AXES = 2;

  @Override
  public Stage stage() {
    return Stage.FASTER;
  }

  @Override
  public Change look(Survey survey) {
    List<FusedConvolution> found = in(survey);
    return found.isEmpty() ? Change.NONE : new Fusing(survey, found);
  }

  /** Those of a graph, in its order; from each ReLU upwards, so that no two share a node. */
  static List<FusedConvolution> in(Survey survey) {
    if (!survey.hasFreeLayouts()) {
      return List.of();
    }
    // a scope of its own, as every look at a weight holds it
    return NativeScope.of(
        () ->
            GraphNodes.of(survey.graph()).stream()
                .filter(node -> RELUS.contains(kind(node)))
                .map(relu -> above(relu, survey))
                .filter(Objects::nonNull)
                .toList());
  }

  private static @Nullable FusedConvolution above(JitNode relu, Survey survey) {
    Value input = operand(relu, "self");
    JitNode maker = input.node();
    if (!survey.isUsedOnce(input)) {
      return null;
    }
    if (!survey.sums().contains(maker)) {
      Layer layer = convolution(input, survey);
      return layer == null ? null : new FusedConvolution(layer, null, relu);
    }
    for (String name : List.of("self", "other")) {
      Layer layer = convolution(operand(maker, name), survey);
      if (layer != null) {
        return new FusedConvolution(layer, maker, relu);
      }
    }
    return null;
  }

  private static @Nullable Layer convolution(Value value, Survey survey) {
    Layer layer = survey.isUsedOnce(value) ? Layer.of(value.node(), survey.type()) : null;
    return layer != null
            && layer.isConvolution()
            && !survey.behindBranches().contains(layer.input())
            && isOfTwoAxes(layer.stride())
            && isOfTwoAxes(layer.padding())
            && isOfTwoAxes(layer.dilation())
        ? layer
        : null;
  }

  /** LibTorch takes one number for both axes in a convolution; its call of cuDNN does not. */
  private static boolean isOfTwoAxes(Value numbers) {
    return integers(numbers).length == SPATIAL_AXES;
  }

  private record Fusing(Survey survey, List<FusedConvolution> found) implements Change {
    @Override
    public List<Value> asked() {
      return found.stream().flatMap(each -> each.operands().stream()).toList();
    }

    @Override
    public void apply(Map<Value, Shape> shapes) {
      Destination destination = survey.destination();
      for (FusedConvolution each : found) {
        ConvolutionShape shape =
            ConvolutionShape.of(each, destination.type(), shapes, destination.batch());
        if (shape != null && destination.together().contains(shape)) {
          each.fuse(survey.graph(), shapes);
        }
      }
    }
  }
}
