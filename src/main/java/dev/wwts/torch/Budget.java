package dev.wwts.torch;

import static dev.wwts.torch.GraphNodes.kind;

import java.util.List;
import java.util.Set;
import org.bytedeco.pytorch.Block;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Symbol;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.ValueVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Ends a network whose loops run on and on, or whose lists and texts grow beyond measure: LibTorch
 * can't be interrupted. Each round of a loop takes its operators off what a forward may spend:
 *
 * <pre>
 * spent = [0]
 * while more:
 *   now = spent[0] + 12
 *   spent[0] = now
 *   if now &gt; MOST: raise
 *   ...
 * </pre>
 *
 * <p>Only lists and texts are meant: tensors take what their sizes ask for.
 */
final class Budget {
  /** Operators in loops, in one forward: recurrent networks take thousands. */
  private static final long MOST = 1 << 18;

  /** Rounds that may be written out: of windows, scales and the like. */
  private static final long UNROLLED = 16;

  /** Elements of a list that is added or multiplied, and how many times. */
  private static final long LONGEST = 1 << 11;

  private static final String FAULT = "its loops take more than " + MOST + " operations";
  private static final String TOO_LONG =
      "it adds or multiplies lists or texts of more than " + LONGEST + " elements";

  /** What may give a list or a text that is longer than those it takes together. */
  private static final Set<String> GROWING =
      Set.of(
          "aten::add",
          "aten::add_",
          "aten::extend",
          "aten::format",
          "aten::join",
          "aten::mul",
          "aten::mul_",
          "aten::percentFormat",
          "aten::replace",
          "prim::rangelist");

  private static final Set<String> IN_PLACE = Set.of("aten::add_", "aten::extend", "aten::mul_");

  private final Graph graph;

  private Budget(Graph graph) {
    this.graph = graph;
  }

  /** Whether a network's error says that it was ended. */
  static boolean isSpent(String message) {
    return message.contains(FAULT) || message.contains(TOO_LONG);
  }

  /** Bounds what freezing itself would run or write out, in all of a module's graphs. */
  static void beforeFreezing(JitModule module) {
    GraphNodes.ofAll(module).forEach(graph -> new Budget(graph).beforeFreezing());
  }

  /** Bounds the rounds of all loops, in a graph into which all calls were inlined. */
  static void boundLoops(Graph graph) {
    List<JitNode> loops =
        GraphNodes.everywhere(graph).stream()
            .filter(node -> kind(node).equals("prim::Loop"))
            .toList();
    if (!loops.isEmpty()) {
      new Budget(graph).boundLoops(loops);
    }
  }

  private void beforeFreezing() {
    for (JitNode node : GraphNodes.everywhere(graph)) {
      if (kind(node).equals("prim::Loop") && !isShort(node.input(0))) {
        hideRounds(node);
      } else if (GROWING.contains(kind(node))) {
        for (int i = 0; i < node.inputs().size(); i++) {
          boundOperand(node, i);
        }
      }
    }
  }

  private static boolean isShort(Value rounds) {
    var constant = torch.toIValue(rounds);
    return constant.has_value() && constant.get().toInt() <= UNROLLED;
  }

  /**
   * Freezing writes loops out whose rounds it knows; of a list that was turned it knows nothing.
   */
  private void hideRounds(JitNode loop) {
    graph.setInsertPoint(loop);
    Value zero = graph.insertConstant(new IValue(0L));
    JitNode list = graph.createList(zero.type(), new ValueVector(loop.input(0)));
    list.insertBefore(loop);
    JitNode turned =
        graph.create(Symbol.fromQualString("aten::reverse"), new ValueVector(list.output()), 0);
    turned.insertBefore(loop);
    loop.replaceInput(0, number("aten::__getitem__", loop, list.output(), zero));
  }

  private void boundOperand(JitNode node, int i) {
    Value operand = node.input(i);
    boolean isNumber = isA(operand, torch.TypeKind.IntType);
    boolean isTimes = isNumber && (isGrown(node) || kind(node).equals("prim::rangelist"));
    if (!isTimes && !isGrown(operand)) {
      return;
    }
    graph.setInsertPoint(node);
    Value none = graph.insertConstant(new IValue());
    Value most = graph.insertConstant(new IValue(LONGEST));
    Value length = isNumber ? operand : number("aten::len", node, operand);
    raiseIf(condition("aten::gt", node, length, most), node, TOO_LONG);
    if (isNumber) {
      node.replaceInput(i, number("prim::min", node, operand, most));
    } else if (i > 0 || !IN_PLACE.contains(kind(node))) {
      graph.setInsertPoint(node);
      Value one = graph.insertConstant(new IValue(1L));
      Value part = typed("aten::slice", node, "int", operand, none, most, one);
      part.setType(operand.type());
      node.replaceInput(i, part);
    }
  }

  private static boolean isGrown(JitNode node) {
    return node.outputs().size() == 1 && isGrown(node.output());
  }

  private static boolean isGrown(Value value) {
    return isA(value, torch.TypeKind.ListType) || isA(value, torch.TypeKind.StringType);
  }

  private static boolean isA(Value value, torch.TypeKind kind) {
    return value.type().get().kind().intern() == kind;
  }

  private void boundLoops(List<JitNode> loops) {
    JitNode first = graph.nodes().front();
    graph.setInsertPoint(first);
    Value zero = graph.insertConstant(new IValue(0L));
    JitNode spent = graph.createList(zero.type(), new ValueVector(zero));
    spent.insertBefore(first);
    for (JitNode loop : loops) {
      Block body = loop.blocks().get(0);
      JitNode start = body.nodes().front();
      graph.setInsertPoint(start);
      Value cost = graph.insertConstant(new IValue(GraphNodes.within(body)));
      Value most = graph.insertConstant(new IValue(MOST));
      Value before = number("aten::__getitem__", start, spent.output(), zero);
      Value now = number("aten::add", start, before, cost);
      Value stored = GraphNodes.insert(graph, "aten::_set_item", start, spent.output(), zero, now);
      stored.setType(spent.output().type());
      raiseIf(condition("aten::gt", start, now, most), start, FAULT);
    }
  }

  private Value number(String kind, JitNode before, Value... inputs) {
    return typed(kind, before, "int", inputs);
  }

  private Value condition(String kind, JitNode before, Value... inputs) {
    return typed(kind, before, "bool", inputs);
  }

  private Value typed(String kind, JitNode before, String type, Value... inputs) {
    Value result = GraphNodes.insert(graph, kind, before, inputs);
    result.setType(GraphNodes.typeOf(type));
    return result;
  }

  private void raiseIf(Value condition, JitNode before, String message) {
    JitNode choice = graph.create(Symbol.fromQualString("prim::If"), new ValueVector(condition), 0);
    choice.insertBefore(before);
    JitNode end = choice.addBlock().return_node();
    choice.addBlock();
    graph.setInsertPoint(end);
    Value text = graph.insertConstant(new IValue(message));
    Value none = graph.insertConstant(new IValue());
    graph
        .create(Symbol.fromQualString("prim::RaiseException"), new ValueVector(text, none), 0)
        .insertBefore(end);
  }
}
