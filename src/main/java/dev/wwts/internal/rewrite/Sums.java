package dev.wwts.internal.rewrite;

import static dev.wwts.internal.rewrite.GraphNodes.isInteger;
import static dev.wwts.internal.rewrite.GraphNodes.isTensor;
import static dev.wwts.internal.rewrite.GraphNodes.kind;
import static dev.wwts.internal.rewrite.GraphNodes.operand;

import java.util.LinkedHashSet;
import java.util.Set;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Value;

/** A graph's sums of two tensors, as a residual is added to a layer's result. */
final class Sums {
  private static final Set<String> KINDS = Set.of("aten::add", "aten::add_");

  private Sums() {}

  /** What is added to one of the two. */
  static Value otherThan(Value one, JitNode sum) {
    Value first = operand(sum, "self");
    return first.equals(one) ? operand(sum, "other") : first;
  }

  /**
   * Those of the outermost block.
   *
   * @param decided values that none of them may take
   */
  static Set<JitNode> of(Graph graph, Set<Value> decided) {
    Set<JitNode> sums = new LinkedHashSet<>();
    for (JitNode node : GraphNodes.of(graph)) {
      if (isSum(node)
          && !decided.contains(operand(node, "self"))
          && !decided.contains(operand(node, "other"))) {
        sums.add(node);
      }
    }
    return sums;
  }

  private static boolean isSum(JitNode node) {
    // lists, texts and numbers are added without a factor, or by others' names
    if (!KINDS.contains(kind(node)) || !node.hasNamedInput("alpha")) {
      return false;
    }
    Value a = operand(node, "self");
    Value b = operand(node, "other");
    return isTensor(a) && isTensor(b) && !a.equals(b) && isInteger(operand(node, "alpha"), 1);
  }
}
