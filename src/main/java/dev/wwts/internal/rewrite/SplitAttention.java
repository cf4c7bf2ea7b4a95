package dev.wwts.internal.rewrite;

import static dev.wwts.internal.rewrite.GraphNodes.isConstant;
import static dev.wwts.internal.rewrite.GraphNodes.kind;

import dev.wwts.internal.rewrite.ExampleShapes.Shape;
import dev.wwts.internal.torch.NativeScope;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A weighted sum of two parts, as ResNeSt's blocks have it (radix 2), where the weights are a
 * softmax: they add up to 1, so the sum is an interpolation. On a card that is one kernel instead
 * of two, and the product, twice as large as the result, is never written.
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
public record SplitAttention(JitNode sum, Value parts, Value weights, Value softmax) {
  private static final Set<String> RESHAPES = Set.of("aten::reshape", "aten::view");

  /** Those of a graph's outermost block, in its order: the same for each copy of it. */
  public static List<SplitAttention> in(Graph graph) {
    if (!Writes.areUnseen(graph) || Layouts.matter(graph)) {
      return List.of();
    }
    Set<Value> decided = GraphNodes.behindBranches(graph);
    Map<Value, List<JitNode>> uses = GraphNodes.uses(graph);
    return NativeScope.of(
        () ->
            GraphNodes.of(graph).stream()
                .filter(node -> isSumOfParts(node) && !decided.contains(node.output()))
                .filter(node -> uses.getOrDefault(node.input(0), List.of()).size() == 1)
                .map(SplitAttention::of)
                .filter(Objects::nonNull)
                .toList());
  }

  /** Over the second axis, which it takes away, in the type that is there. */
  private static boolean isSumOfParts(JitNode node) {
    return kind(node).equals("aten::sum")
        && node.inputs().size() == 4
        && GraphNodes.isIntegers(node.input(1))
        && isOne(torch.toIValue(node.input(1)).get().toIntVector().get())
        && isConstant(node.input(2))
        && !torch.toIValue(node.input(2)).get().toBool()
        && isNone(node.input(3));
  }

  private static boolean isOne(long[] axes) {
    return axes.length == 1 && axes[0] == 1;
  }

  private static boolean isNone(Value value) {
    return isConstant(value) && torch.toIValue(value).get().isNone();
  }

  private static @Nullable SplitAttention of(JitNode sum) {
    JitNode product = sum.input(0).node();
    if (!kind(product).equals("aten::mul")) {
      return null;
    }
    for (int i = 0; i < 2; i++) {
      Value origin = product.input(i);
      while (RESHAPES.contains(kind(origin.node()))) {
        origin = origin.node().input(0);
      }
      if (isSoftmaxOfParts(origin.node())) {
        return new SplitAttention(sum, product.input(1 - i), product.input(i), origin);
      }
    }
    return null;
  }

  private static boolean isSoftmaxOfParts(JitNode node) {
    if (!kind(node).equals("aten::softmax") || !isConstant(node.input(1))) {
      return false;
    }
    return torch.toIValue(node.input(1)).get().toInt() == 1;
  }

  /** Whose shapes decide whether it is one. */
  public List<Value> operands() {
    return List.of(parts, weights, softmax);
  }

  /** Whether its shapes are those of two parts, one weight for each of their values or rows. */
  public boolean isOfTwo(torch.ScalarType type, Map<Value, Shape> shapes) {
    Shape part = shapes.get(parts);
    Shape weight = shapes.get(weights);
    Shape origin = shapes.get(softmax);
    return part != null
        && weight != null
        && origin != null
        && part.type() == type
        && weight.type() == type
        && origin.type() == type
        && isOfTwo(part.single(), weight.single(), origin.single())
        && isOfTwo(part.twice(), weight.twice(), origin.twice());
  }

  private static boolean isOfTwo(List<Long> part, List<Long> weight, List<Long> origin) {
    boolean pairs =
        part.size() == weight.size()
            && origin.size() >= 2
            && weight.size() >= 2
            && weight.subList(0, 2).equals(part.subList(0, 2))
            && weight.subList(0, 2).equals(origin.subList(0, 2))
            && weight.get(1) == 2;
    for (int axis = 2; axis < part.size() && pairs; axis++) {
      pairs = weight.get(axis) == 1 || weight.get(axis).equals(part.get(axis));
    }
    return pairs;
  }

  /** Changes the graph, inside the caller's pointer scope. */
  public void merge(Graph graph) {
    graph.setInsertPoint(graph.nodes().front());
    Value first = graph.insertConstant(new IValue(0L));
    Value second = graph.insertConstant(new IValue(1L));
    Value merged =
        GraphNodes.insert(
            graph,
            "aten::lerp",
            sum,
            GraphNodes.insert(graph, "aten::select", sum, parts, second, first),
            GraphNodes.insert(graph, "aten::select", sum, parts, second, second),
            GraphNodes.insert(graph, "aten::select", sum, weights, second, second));
    JitNode product = sum.input(0).node();
    sum.output().replaceAllUsesWith(merged);
    sum.destroy();
    product.destroy();
  }
}
