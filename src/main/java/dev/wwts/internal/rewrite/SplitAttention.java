package dev.wwts.internal.rewrite;

import static dev.wwts.internal.rewrite.GraphNodes.operand;

import dev.wwts.internal.rewrite.ExampleShapes.Shape;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.global.torch;

/**
 * A weighted sum of two parts whose weights are a softmax.
 *
 * @param sum of the product over its second axis
 * @param weighted the product's operand that is the parts; the other one is the weights
 * @param softmax what the weights are a reshaped form of
 */
record SplitAttention(JitNode sum, String weighted, Value softmax) {
  private JitNode product() {
    return operand(sum, "self").node();
  }

  // asked of the graph: what stood there may have given way to something else

  private Value parts() {
    return operand(product(), weighted);
  }

  private Value weights() {
    return operand(product(), weighted.equals("self") ? "other" : "self");
  }

  /** Whose shapes decide whether it is one. */
  List<Value> operands() {
    return List.of(parts(), weights(), softmax);
  }

  /** Whether its shapes are those of two parts, one weight for each of their values or rows. */
  boolean isOfTwo(torch.ScalarType type, Map<Value, Shape> shapes) {
    Shape part = shapes.get(parts());
    Shape weight = shapes.get(weights());
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

  /** Changes the graph. */
  void merge(Graph graph) {
    Value first = graph.insertConstant(new IValue(0L));
    Value second = graph.insertConstant(new IValue(1L));
    Value merged =
        GraphNodes.insert(
            graph,
            "aten::lerp",
            sum,
            GraphNodes.insert(graph, "aten::select", sum, parts(), second, first),
            GraphNodes.insert(graph, "aten::select", sum, parts(), second, second),
            GraphNodes.insert(graph, "aten::select", sum, weights(), second, second));
    JitNode product = product();
    sum.output().replaceAllUsesWith(merged);
    sum.destroy();
    product.destroy();
  }
}
