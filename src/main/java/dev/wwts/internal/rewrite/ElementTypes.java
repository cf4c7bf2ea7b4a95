package dev.wwts.internal.rewrite;

import static dev.wwts.internal.rewrite.GraphNodes.constant;
import static dev.wwts.internal.rewrite.GraphNodes.isConstant;
import static dev.wwts.internal.rewrite.GraphNodes.kind;
import static dev.wwts.internal.rewrite.GraphNodes.operand;
import static dev.wwts.internal.rewrite.GraphNodes.typed;

import java.util.List;
import org.bytedeco.pytorch.Block;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Symbol;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.ValueVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Ends a network that names an element type by a number that is none: LibTorch looks such numbers
 * up in its tables unseen, and the process ends. Before it is frozen, as freezing runs what is
 * constant: there a condition ends nothing, so the number is cut too.
 *
 * <pre>
 * y = sum(x, dtype=n)   ->   if n &lt; 0: raise
 *                            if n &gt; MOST: raise
 *                            y = sum(x, dtype=max(min(n, MOST), 0))
 * </pre>
 *
 * <p>Constants that are one, and what {@code x.dtype} gives, stay as they are.
 */
final class ElementTypes implements GraphPass {
  private static final String FAULT = "it names an element type that there is not";

  /** What operators call an operand that is an element type. */
  private static final List<String> NAMES =
      List.of("dtype", "out_dtype", "input_dtype", "type1", "type2", "from_", "to");

  private static final long MOST = torch.ScalarType.NumOptions.value - 1L;

  /** Whether a network's error says that it was ended. */
  static boolean areUnknown(String message) {
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
        if (kind(node).startsWith("aten::") || kind(node).startsWith("quantized::")) {
          NAMES.stream()
              .filter(node::hasNamedInput)
              .forEach(name -> limit(survey.graph(), node, name));
        }
      }
    };
  }

  private static void limit(Graph graph, JitNode node, String name) {
    Value type = operand(node, name);
    if (isKnown(type)) {
      return;
    }
    graph.setInsertPoint(node);
    torch.TypeKind kind = type.type().get().kind().intern();
    if (kind == torch.TypeKind.IntType) {
      GraphNodes.replace(node, name, cut(graph, type, node));
    } else if (kind == torch.TypeKind.OptionalType) {
      GraphNodes.replace(node, name, cutIfAny(graph, type, node));
    }
  }

  private static boolean isKnown(Value type) {
    if (!isConstant(type)) {
      return kind(type.node()).equals("prim::dtype");
    }
    IValue constant = constant(type);
    return !constant.isInt() || (constant.toInt() >= 0 && constant.toInt() <= MOST);
  }

  private static Value cut(Graph graph, Value type, JitNode before) {
    Value least = graph.insertConstant(new IValue(0L));
    Value most = graph.insertConstant(new IValue(MOST));
    GraphNodes.raiseIf(graph, "aten::lt", type, least, before, FAULT);
    GraphNodes.raiseIf(graph, "aten::gt", type, most, before, FAULT);
    Value low = typed(graph, "prim::min", before, "int", type, most);
    return typed(graph, "prim::max", before, "int", low, least);
  }

  private static Value cutIfAny(Graph graph, Value type, JitNode before) {
    Value none = graph.insertConstant(new IValue());
    Value any = typed(graph, "aten::__isnot__", before, "bool", type, none);
    JitNode choice = graph.create(Symbol.fromQualString("prim::If"), new ValueVector(any), 1);
    choice.insertBefore(before);
    choice.output().setType(type.type());
    Block some = choice.addBlock();
    Block empty = choice.addBlock();
    graph.setInsertPoint(some.return_node());
    Value number = typed(graph, "aten::_unwrap_optional", some.return_node(), "int", type);
    some.registerOutput(cut(graph, number, some.return_node()));
    empty.registerOutput(type);
    graph.setInsertPoint(before);
    return choice.output();
  }
}
