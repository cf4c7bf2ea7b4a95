package dev.wwts.internal.rewrite;

import static dev.wwts.internal.rewrite.GraphNodes.integers;
import static dev.wwts.internal.rewrite.GraphNodes.isFalse;
import static dev.wwts.internal.rewrite.GraphNodes.isInteger;
import static dev.wwts.internal.rewrite.GraphNodes.isIntegers;
import static dev.wwts.internal.rewrite.GraphNodes.isNone;
import static dev.wwts.internal.rewrite.GraphNodes.kind;
import static dev.wwts.internal.rewrite.GraphNodes.operand;

import dev.wwts.internal.rewrite.ExampleShapes.Shape;
import dev.wwts.internal.torch.NativeScope;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Value;
import org.jspecify.annotations.Nullable;

/**
 * Says a weighted sum of two parts, as ResNeSt's blocks have it (radix 2), where the weights are a
 * softmax, as an interpolation, since they add up to 1. On a card that is one kernel instead of
 * two, and the product, twice as large as the result, is never written.
 *
 * <pre>
 * s = softmax(…, 1)                  # N x 2 x …
 * w = reshape(view(s, …), …)         # N x 2 x C x 1 x 1
 * p = mul(h, w)                      # N x 2 x C x H x W
 * y = sum(p, [1])               ->   y = lerp(select(h, 1, 0), select(h, 1, 1), select(w, 1, 1))
 * </pre>
 *
 * <p>Reshaping keeps the order of values: where both ends of it have the batch's axis first and the
 * two parts second, what adds up to 1 before does so after it.
 */
final class SplitAttentions implements GraphPass {
  private static final Set<String> RESHAPES = Set.of("aten::reshape", "aten::view");
  private static final long[] SECOND = {1};

  @Override
  public Stage stage() {
    return Stage.FASTER;
  }

  @Override
  public Change look(Survey survey) {
    List<SplitAttention> found = in(survey);
    return found.isEmpty() ? Change.NONE : new Merging(survey, found);
  }

  /** Those of a graph's outermost block, in its order. */
  static List<SplitAttention> in(Survey survey) {
    if (!survey.hasFreeLayouts()) {
      return List.of();
    }
    return NativeScope.of(
        () ->
            GraphNodes.of(survey.graph()).stream()
                .filter(SplitAttentions::isSumOfParts)
                .filter(sum -> !survey.behindBranches().contains(sum.output()))
                .filter(sum -> survey.isUsedOnce(operand(sum, "self")))
                .map(SplitAttentions::of)
                .filter(Objects::nonNull)
                .toList());
  }

  /** Over the second axis, which it takes away, in the type that is there. */
  private static boolean isSumOfParts(JitNode node) {
    return kind(node).equals("aten::sum")
        && node.hasNamedInput("keepdim")
        && isIntegers(operand(node, "dim"))
        && Arrays.equals(integers(operand(node, "dim")), SECOND)
        && isFalse(operand(node, "keepdim"))
        && isNone(operand(node, "dtype"));
  }

  private static @Nullable SplitAttention of(JitNode sum) {
    JitNode product = operand(sum, "self").node();
    if (!kind(product).equals("aten::mul")) {
      return null;
    }
    for (String weights : List.of("self", "other")) {
      Value origin = operand(product, weights);
      while (RESHAPES.contains(kind(origin.node()))) {
        origin = operand(origin.node(), "self");
      }
      if (isSoftmaxOfParts(origin.node())) {
        return new SplitAttention(sum, weights.equals("self") ? "other" : "self", origin);
      }
    }
    return null;
  }

  private static boolean isSoftmaxOfParts(JitNode node) {
    return kind(node).equals("aten::softmax") && isInteger(operand(node, "dim"), 1);
  }

  private record Merging(Survey survey, List<SplitAttention> found) implements Change {
    @Override
    public List<Value> asked() {
      return found.stream().flatMap(each -> each.operands().stream()).toList();
    }

    @Override
    public void apply(Map<Value, Shape> shapes) {
      for (SplitAttention each : found) {
        if (each.isOfTwo(survey.type(), shapes)) {
          each.merge(survey.graph());
        }
      }
    }
  }
}
