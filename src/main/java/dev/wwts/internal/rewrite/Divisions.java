package dev.wwts.internal.rewrite;

import static dev.wwts.internal.rewrite.GraphNodes.constant;
import static dev.wwts.internal.rewrite.GraphNodes.isConstant;
import static dev.wwts.internal.rewrite.GraphNodes.isNone;
import static dev.wwts.internal.rewrite.GraphNodes.kind;
import static dev.wwts.internal.rewrite.GraphNodes.operand;
import static dev.wwts.internal.rewrite.GraphNodes.typed;

import java.util.Set;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Symbol;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.ValueVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Ends a network that divides as processors can't: the least integer by -1 is more than the largest
 * one, and ends the process. Before it is frozen, as freezing runs what is constant: there a
 * condition ends nothing, so a number is cut too, and of tensors the kind of division is hidden.
 *
 * <pre>
 * y = a // b                   ->   if a &lt; -MAX: raise
 *                                   c = max(a, -MAX)
 *                                   y = c // b
 *
 * y = div(t, b, mode="trunc")  ->   if is_signed(t) and not is_floating_point(t):
 *                                     if any(abs(t) &lt; 0): raise
 *                                   y = div(t, b, mode=reversed(["trunc"])[0])
 * </pre>
 */
final class Divisions implements GraphPass {
  private static final long LEAST = -Long.MAX_VALUE;
  private static final String FAULT = "it divides the least integer there is";

  private static final Set<String> OF_NUMBERS =
      Set.of("aten::divmod", "aten::floordiv", "aten::remainder", "aten::__round_to_zero_floordiv");

  /** Of integers they may be cut to an integer; rounding down is done otherwise, and answers. */
  private static final Set<String> OF_TENSORS =
      Set.of("aten::div", "aten::div_", "aten::divide", "aten::divide_");

  private static final String MODE = "rounding_mode";
  private static final String CUTS = "trunc";

  /** Whether a network's error says that it was ended. */
  static boolean areRefused(String message) {
    return message.contains(FAULT);
  }

  @Override
  public Stage stage() {
    return Stage.LOADED;
  }

  @Override
  public Change look(Survey survey) {
    return shapes -> {
      for (JitNode node : GraphNodes.everywhere(survey.graph())) {
        if (OF_NUMBERS.contains(kind(node))) {
          limitNumber(survey.graph(), node);
        } else if (OF_TENSORS.contains(kind(node)) && mayCut(node)) {
          limitTensor(survey.graph(), node);
        }
      }
    };
  }

  private static void limitNumber(Graph graph, JitNode node) {
    Value dividend = GraphNodes.operands(node).get(0);
    torch.TypeKind type = dividend.type().get().kind().intern();
    boolean number = type == torch.TypeKind.IntType || type == torch.TypeKind.NumberType;
    if (!number || (node.outputs().size() == 1 && GraphNodes.isTensor(node.output()))) {
      return;
    }
    graph.setInsertPoint(node);
    Value least = graph.insertConstant(new IValue(LEAST));
    GraphNodes.raiseIf(graph, "aten::lt", dividend, least, node, FAULT);
    Value cut = GraphNodes.insert(graph, "prim::max", node, dividend, least);
    cut.setType(dividend.type());
    node.replaceInput(0, cut);
  }

  private static boolean mayCut(JitNode node) {
    if (!node.hasNamedInput(MODE)) {
      return false;
    }
    Value mode = operand(node, MODE);
    return !isConstant(mode)
        || (!isNone(mode) && constant(mode).toStringRef().getString().equals(CUTS));
  }

  private static void limitTensor(Graph graph, JitNode node) {
    graph.setInsertPoint(node);
    Value mode = operand(node, MODE);
    if (isConstant(mode)) {
      GraphNodes.replace(node, MODE, GraphNodes.hidden(graph, mode, "str", node));
    }
    Value dividend = operand(node, "self");
    Value signed = typed(graph, "aten::is_signed", node, "bool", dividend);
    Value floating = typed(graph, "aten::is_floating_point", node, "bool", dividend);
    Value integers =
        typed(
            graph,
            "aten::gt",
            node,
            "bool",
            number(graph, signed, node),
            number(graph, floating, node));
    JitNode choice = graph.create(Symbol.fromQualString("prim::If"), new ValueVector(integers), 0);
    choice.insertBefore(node);
    JitNode end = choice.addBlock().return_node();
    choice.addBlock();
    graph.setInsertPoint(end);
    // of integers only the least one has an absolute value below zero: its own
    Value size = GraphNodes.insert(graph, "aten::abs", end, dividend);
    Value zero = graph.insertConstant(new IValue(0L));
    Value least = GraphNodes.insert(graph, "aten::lt", end, size, zero);
    Value any = GraphNodes.insert(graph, "aten::any", end, least);
    GraphNodes.raiseIf(graph, typed(graph, "aten::Bool", end, "bool", any), end, FAULT);
  }

  private static Value number(Graph graph, Value bool, JitNode before) {
    return typed(graph, "aten::Int", before, "int", bool);
  }
}
