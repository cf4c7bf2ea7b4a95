package dev.wwts.torch;

import static dev.wwts.torch.GraphNodes.isConstant;
import static dev.wwts.torch.GraphNodes.isTensor;
import static dev.wwts.torch.GraphNodes.kind;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.global.torch;

/**
 * A graph's sums of two tensors, as a residual is added to a layer's result. Not those behind a
 * branch or loop: an example tells the shapes and types of what it took, and another batch may take
 * another one.
 */
final class Sums {
  private Sums() {}

  /** Those of the outermost block. */
  static Set<JitNode> of(Graph graph) {
    Set<JitNode> sums = new LinkedHashSet<>();
    Set<Value> decided = new HashSet<>();
    for (JitNode node : GraphNodes.of(graph)) {
      if (node.blocks().size() > 0 || takesOneOf(decided, node)) {
        for (long i = 0; i < node.outputs().size(); i++) {
          decided.add(node.outputs().get(i));
        }
      } else if (isSum(node)) {
        sums.add(node);
      }
    }
    return sums;
  }

  private static boolean takesOneOf(Set<Value> values, JitNode node) {
    for (long i = 0; i < node.inputs().size(); i++) {
      if (values.contains(node.inputs().get(i))) {
        return true;
      }
    }
    return false;
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
