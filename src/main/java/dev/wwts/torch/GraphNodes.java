package dev.wwts.torch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Symbol;
import org.bytedeco.pytorch.Type;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.ValueVector;
import org.bytedeco.pytorch.global.torch;

/** Questions to a TorchScript graph that its rewrites share. */
final class GraphNodes {
  private GraphNodes() {}

  /** The nodes of the outermost block, in their order. */
  static List<JitNode> of(Graph graph) {
    List<JitNode> found = new ArrayList<>();
    JitNode end = graph.return_node();
    for (JitNode node = graph.nodes().front(); !node.equals(end); node = node.next()) {
      found.add(node);
    }
    return found;
  }

  /** Whether a node has nodes inside it, whose uses of values {@link #uses} does not see. */
  static boolean haveBlocks(List<JitNode> nodes) {
    return nodes.stream().anyMatch(node -> !node.blocks().empty());
  }

  /** The nodes in the blocks of others, at any depth. */
  static List<JitNode> inside(List<JitNode> nodes) {
    List<JitNode> found = new ArrayList<>();
    for (JitNode node : nodes) {
      for (long i = 0; i < node.blocks().size(); i++) {
        JitNode end = node.blocks().get(i).return_node();
        List<JitNode> block = new ArrayList<>();
        for (JitNode at = node.blocks().get(i).nodes().front(); !at.equals(end); at = at.next()) {
          block.add(at);
        }
        found.addAll(block);
        found.addAll(inside(block));
      }
    }
    return found;
  }

  /** Who takes each value: nodes, once for each time they do, and the graph's return. */
  static Map<Value, List<JitNode>> uses(Graph graph, List<JitNode> nodes) {
    Map<Value, List<JitNode>> uses = new HashMap<>();
    List<JitNode> all = new ArrayList<>(nodes);
    all.add(graph.return_node());
    for (JitNode node : all) {
      for (int i = 0; i < node.inputs().size(); i++) {
        uses.computeIfAbsent(node.input(i), value -> new ArrayList<>()).add(node);
      }
    }
    return uses;
  }

  /** Puts an operator before a node, and gives its result. */
  static Value insert(Graph graph, String kind, JitNode before, Value... inputs) {
    JitNode node = graph.create(Symbol.fromQualString(kind), new ValueVector(inputs));
    node.insertBefore(before);
    return node.output();
  }

  static String kind(JitNode node) {
    return node.kind().toQualString().getString();
  }

  static boolean isConstant(Value value) {
    return torch.toIValue(value).has_value();
  }

  static boolean isIntegers(Value value) {
    return isConstant(value) && torch.toIValue(value).get().isIntList();
  }

  static boolean isTensor(Value value) {
    return value.type().get().kind().intern() == torch.TypeKind.TensorType && !isConstant(value);
  }

  /** The element type of a list, which can only be had from a schema. */
  static Type.TypePtr elementOf(String list) {
    return torch
        .parseSchema("wwts::list(" + list + " s) -> Tensor")
        .arguments()
        .type()
        .get()
        .containedType(0);
  }
}
