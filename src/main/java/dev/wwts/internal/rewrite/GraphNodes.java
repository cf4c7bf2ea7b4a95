package dev.wwts.internal.rewrite;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Block;
import org.bytedeco.pytorch.Function;
import org.bytedeco.pytorch.FunctionVector;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Symbol;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Type;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.ValueVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

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

  /** All nodes, at any depth, and the returns of the graph and of its blocks, which take values. */
  static List<JitNode> everywhere(Graph graph) {
    List<JitNode> found = new ArrayList<>();
    collect(graph.nodes().front(), graph.return_node(), found);
    return found;
  }

  /** The same of a block. */
  static List<JitNode> everywhere(Block block) {
    List<JitNode> found = new ArrayList<>();
    collect(block.nodes().front(), block.return_node(), found);
    return found;
  }

  /** The graphs of all functions that a module's methods may run. */
  static List<Graph> ofAll(JitModule module) {
    FunctionVector functions = module._ivalue().compilation_unit().get_functions();
    List<Graph> graphs = new ArrayList<>();
    for (long i = 0; i < functions.size(); i++) {
      Function function = functions.get(i);
      if (function.isGraphFunction()) {
        function.ensure_defined();
        graphs.add(torch.toGraphFunction(function).graph());
      }
    }
    return graphs;
  }

  private static void collect(JitNode first, JitNode end, List<JitNode> found) {
    for (JitNode node = first; !node.equals(end); node = node.next()) {
      found.add(node);
      for (long i = 0; i < node.blocks().size(); i++) {
        Block block = node.blocks().get(i);
        collect(block.nodes().front(), block.return_node(), found);
      }
    }
    found.add(end);
  }

  /**
   * Values of the outermost block that a branch or loop gives, and what is computed from them: an
   * example tells the shapes and types of the branch that it took, and another batch may take
   * another one.
   */
  static Set<Value> behindBranches(Graph graph) {
    Set<Value> decided = new HashSet<>();
    for (JitNode node : of(graph)) {
      if (!node.blocks().empty() || operands(node).stream().anyMatch(decided::contains)) {
        for (int i = 0; i < node.outputs().size(); i++) {
          decided.add(node.output(i));
        }
      }
    }
    return decided;
  }

  /** Who takes each value, once for each time they do. */
  static Map<Value, List<JitNode>> uses(Graph graph) {
    Map<Value, List<JitNode>> uses = new HashMap<>();
    for (JitNode node : everywhere(graph)) {
      for (Value taken : operands(node)) {
        uses.computeIfAbsent(taken, value -> new ArrayList<>()).add(node);
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

  /** The same with a type of the result, which operators that are made by hand have not. */
  static Value typed(Graph graph, String kind, JitNode before, String type, Value... inputs) {
    Value result = insert(graph, kind, before, inputs);
    result.setType(typeOf(type));
    return result;
  }

  /** Puts what ends a run with a message before a node, if that is so. */
  static void raiseIf(Graph graph, Value condition, JitNode before, String message) {
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
    graph.setInsertPoint(before);
  }

  /** The same if a question about two values is answered with yes. */
  static void raiseIf(
      Graph graph, String question, Value a, Value b, JitNode before, String message) {
    raiseIf(graph, typed(graph, question, before, "bool", a, b), before, message);
  }

  /** The same value, and no pass knows it: of a list that was turned nothing is known. */
  static Value hidden(Graph graph, Value value, String type, JitNode before) {
    Value zero = graph.insertConstant(new IValue(0L));
    JitNode list = graph.createList(typeOf(type), new ValueVector(value));
    list.insertBefore(before);
    graph
        .create(Symbol.fromQualString("aten::reverse"), new ValueVector(list.output()), 0)
        .insertBefore(before);
    return typed(graph, "aten::__getitem__", before, type, list.output(), zero);
  }

  static String kind(JitNode node) {
    return node.kind().toQualString().getString();
  }

  /** An operand by its name in the operator's schema. */
  static Value operand(JitNode node, String name) {
    return node.namedInput(name);
  }

  /** Gives a node another operand in that place. */
  static void replace(JitNode node, String name, Value by) {
    node.replaceInput(node.schema().argumentIndexWithName(name).get(), by);
  }

  /** All operands, of what has no names for them, such as the elements of a list. */
  static List<Value> operands(JitNode node) {
    List<Value> operands = new ArrayList<>();
    for (int i = 0; i < node.inputs().size(); i++) {
      operands.add(node.input(i));
    }
    return operands;
  }

  static boolean isConstant(Value value) {
    return torch.toIValue(value).has_value();
  }

  /** What a value that {@link #isConstant} is. */
  static IValue constant(Value value) {
    return torch.toIValue(value).get();
  }

  /** A tensor that is a constant and is defined; null for all else. */
  static @Nullable Tensor tensor(Value value) {
    if (!isConstant(value)) {
      return null;
    }
    IValue constant = constant(value);
    Tensor tensor = constant.isTensor() ? constant.toTensor() : null;
    return tensor != null && tensor.defined() ? tensor : null;
  }

  /** Whether it is known to be false. */
  static boolean isFalse(Value value) {
    return isConstant(value) && constant(value).isBool() && !constant(value).toBool();
  }

  static boolean isNone(Value value) {
    return isConstant(value) && constant(value).isNone();
  }

  static boolean isInteger(Value value, long number) {
    return isConstant(value) && constant(value).isInt() && constant(value).toInt() == number;
  }

  static long[] integers(Value value) {
    return constant(value).toIntVector().get();
  }

  static boolean isIntegers(Value value) {
    return isConstant(value) && constant(value).isIntList();
  }

  static boolean isTensor(Value value) {
    return value.type().get().kind().intern() == torch.TypeKind.TensorType && !isConstant(value);
  }

  /** A type by its name in a schema, the only way to one. */
  static Type.TypePtr typeOf(String name) {
    return torch.parseSchema("wwts::typed(" + name + " x) -> Tensor").arguments().type();
  }

  /** The element type of a list. */
  static Type.TypePtr elementOf(String list) {
    return typeOf(list).get().containedType(0);
  }
}
