package dev.wwts.internal.rewrite;

import static dev.wwts.internal.rewrite.GraphNodes.isConstant;
import static dev.wwts.internal.rewrite.GraphNodes.isTensor;
import static dev.wwts.internal.rewrite.GraphNodes.kind;

import java.util.LinkedHashSet;
import java.util.Set;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.global.torch;

/** A graph's sums of two tensors, as a residual is added to a layer's result. */
final class Sums {
  private Sums() {}

  /**
   * Those of the outermost block.
   *
   * @param decided values that none of them may take
   */
  static Set<JitNode> of(Graph graph, Set<Value> decided) {
    Set<JitNode> sums = new LinkedHashSet<>();
    for (JitNode node : GraphNodes.of(graph)) {
      if (isSum(node) && !decided.contains(node.input(0)) && !decided.contains(node.input(1))) {
        sums.add(node);
      }
    }
    return sums;
  }

  private static boolean isSum(JitNode node) {
    if (!kind(node).equals("aten::add") && !kind(node).equals("aten::add_")) {
      return false;
    }
    boolean tensors =
        node.inputs().size() == 3 && isTensor(node.input(0)) && isTensor(node.input(1));
    if (!tensors || !isConstant(node.input(2))) {
      return false;
    }
    IValue alpha = torch.toIValue(node.input(2)).get();
    return alpha.isInt() && alpha.toInt() == 1 && !node.input(0).equals(node.input(1));
  }
}
