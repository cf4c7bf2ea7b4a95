package dev.wwts.internal.rewrite;

import static dev.wwts.internal.rewrite.GraphNodes.kind;
import static dev.wwts.internal.rewrite.GraphNodes.typed;

import java.util.Set;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Type;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.global.torch;

/**
 * Ends a network whose lists and texts grow beyond measure. Before it is frozen, as freezing runs
 * what is constant: there a condition ends nothing, so operands are cut to what is allowed too.
 * Tensors take what their sizes ask for.
 *
 * <pre>
 * y = list * n    ->   if n &gt; MOST: raise
 *                      m = min(n, MOST)
 *                      y = list * m
 * </pre>
 */
final class Limits implements GraphPass {
  /** What changes its first operand; its other ones are limited. */
  static final Set<String> IN_PLACE = Set.of("aten::add_", "aten::extend", "aten::mul_");

  /** Elements of a list, a text or a dictionary that is not taken apart, and how many times. */
  private static final long LONGEST = 1 << 11;

  /** Rounds that may be written out: of windows, scales and the like. */
  private static final long UNROLLED = 16;

  private static final String TOO_LONG =
      "it works on lists or texts of more than " + LONGEST + " elements";
  private static final String NESTED = "it makes a text, or many, of lists in lists or tensors";

  /** What may give a list or a text that is longer than those it takes together. */
  private static final Set<String> GROWING =
      Set.of(
          "aten::add",
          "aten::format",
          "aten::join",
          "aten::mul",
          "aten::percentFormat",
          "aten::replace",
          "aten::str");

  private static final Set<String> TIMES = Set.of("aten::mul", "aten::mul_", "prim::rangelist");

  /** What takes no longer with a longer list. */
  static final Set<String> SHORT =
      Set.of("aten::len", "aten::__getitem__", "aten::_set_item", "aten::append", "aten::pop");

  private static final Set<String> TEXTS =
      Set.of("aten::str", "aten::format", "aten::percentFormat");

  private static final Set<torch.TypeKind> PLAIN =
      Set.of(
          torch.TypeKind.IntType,
          torch.TypeKind.FloatType,
          torch.TypeKind.ComplexType,
          torch.TypeKind.NumberType,
          torch.TypeKind.BoolType,
          torch.TypeKind.StringType,
          torch.TypeKind.NoneType,
          torch.TypeKind.DeviceObjType);

  private static final Set<torch.TypeKind> OF_PLAIN =
      Set.of(torch.TypeKind.ListType, torch.TypeKind.OptionalType);

  private static final Set<torch.TypeKind> LONG =
      Set.of(torch.TypeKind.ListType, torch.TypeKind.StringType, torch.TypeKind.DictType);

  @Override
  public Stage stage() {
    return Stage.LOADED;
  }

  @Override
  public Change look(Survey survey) {
    return shapes -> new Limiting(survey.graph()).set();
  }

  /** Whether a network's error says that it was ended. */
  static boolean areExceeded(String message) {
    return message.contains(TOO_LONG) || message.contains(NESTED);
  }

  static boolean hasLength(Value value) {
    return LONG.contains(kindOf(value.type().get()));
  }

  private static torch.TypeKind kindOf(Type type) {
    return type.kind().intern();
  }

  /** Of one graph. */
  private record Limiting(Graph graph) {
    void set() {
      for (JitNode node : GraphNodes.everywhere(graph)) {
        if (kind(node).equals("prim::Loop") && !isShort(rounds(node))) {
          hideRounds(node);
        } else if (isLimited(node)) {
          for (int i = 0; i < node.inputs().size(); i++) {
            limit(node, i);
          }
        }
      }
    }

    private static Value rounds(JitNode loop) {
      return GraphNodes.operands(loop).get(0);
    }

    private static boolean isShort(Value rounds) {
      var constant = torch.toIValue(rounds);
      return constant.has_value() && constant.get().toInt() <= UNROLLED;
    }

    /** Freezing writes loops out whose rounds it knows. */
    private void hideRounds(JitNode loop) {
      graph.setInsertPoint(loop);
      loop.replaceInput(0, GraphNodes.hidden(graph, rounds(loop), "int", loop));
    }

    /** What gives tensors, such as torch.stack, is not. */
    private static boolean isLimited(JitNode node) {
      String kind = kind(node);
      return (kind.startsWith("aten::") || TIMES.contains(kind))
          && !SHORT.contains(kind)
          && !(node.outputs().size() == 1
              && kindOf(node.output().type().get()) == torch.TypeKind.TensorType);
    }

    private void limit(JitNode node, int i) {
      Value operand = node.input(i);
      String kind = kind(node);
      torch.TypeKind type = kindOf(operand.type().get());
      graph.setInsertPoint(node);
      if (TEXTS.contains(kind) && !isPlain(operand.type().get())) {
        GraphNodes.raiseIf(graph, graph.insertConstant(new IValue(true)), node, NESTED);
        graph.setInsertPoint(node);
        node.replaceInput(i, graph.insertConstant(new IValue(NESTED)));
      } else if (type == torch.TypeKind.IntType && isTimes(node)) {
        torch.TypeKind element = kindOf(elementOf(node.output()));
        boolean isNested = !PLAIN.contains(element) && element != torch.TypeKind.TensorType;
        Value most = graph.insertConstant(new IValue(isNested ? 1L : LONGEST));
        GraphNodes.raiseIf(graph, "aten::gt", operand, most, node, isNested ? NESTED : TOO_LONG);
        node.replaceInput(i, typed(graph, "prim::min", node, "int", operand, most));
      } else if (LONG.contains(type)) {
        limitLength(node, i, type);
      }
    }

    private static boolean isTimes(JitNode node) {
      return TIMES.contains(kind(node)) && hasLength(node.output());
    }

    private void limitLength(JitNode node, int i, torch.TypeKind type) {
      Value operand = node.input(i);
      Value none = graph.insertConstant(new IValue());
      Value most = graph.insertConstant(new IValue(LONGEST));
      Value length = typed(graph, "aten::len", node, "int", operand);
      GraphNodes.raiseIf(graph, "aten::gt", length, most, node, TOO_LONG);
      // what changes an operand needs the operand itself, and so is not constant
      if (type != torch.TypeKind.DictType && isCut(node, i)) {
        graph.setInsertPoint(node);
        Value one = graph.insertConstant(new IValue(1L));
        Value part = GraphNodes.insert(graph, "aten::slice", node, operand, none, most, one);
        part.setType(operand.type());
        node.replaceInput(i, part);
      }
    }

    private static boolean isCut(JitNode node, int i) {
      return i > 0 || GROWING.contains(kind(node));
    }

    /** Of a list; of a text itself. */
    private static Type elementOf(Value value) {
      Type type = value.type().get();
      return type.containedTypeSize() == 0 ? type : type.containedType(0).get();
    }

    private static boolean isPlain(Type type) {
      torch.TypeKind kind = kindOf(type);
      return PLAIN.contains(kind)
          || (OF_PLAIN.contains(kind) && isPlain(type.containedType(0).get()))
          || (kind == torch.TypeKind.TupleType && fields(type, LONGEST) >= 0);
    }

    /** What is left of so many after a tuple's numbers; below 0 too where one has no end. */
    private static long fields(Type type, long most) {
      torch.TypeKind kind = kindOf(type);
      if (kind != torch.TypeKind.TupleType) {
        boolean isShort = PLAIN.contains(kind) && kind != torch.TypeKind.StringType;
        return isShort ? most - 1 : -1;
      }
      long left = most;
      for (long i = 0; i < type.containedTypeSize() && left >= 0; i++) {
        left = fields(type.containedType(i).get(), left);
      }
      return left;
    }
  }
}
