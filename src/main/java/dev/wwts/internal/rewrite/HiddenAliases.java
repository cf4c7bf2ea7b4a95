package dev.wwts.internal.rewrite;

import static dev.wwts.internal.rewrite.GraphNodes.kind;
import static dev.wwts.internal.rewrite.GraphNodes.operand;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Block;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Symbol;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.ValueVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Writes into a module's graphs which results are their operand itself, where LibTorch's own passes
 * take the contrary for granted. They would leave out a write that somebody reads:
 *
 * <pre>
 * z = dropout(y, p, train)   # in eval mode y, though its schema says a new tensor
 * z.add_(1); return y        # becomes: return y
 * z = cat([y])               # a copy, but becomes y
 * z.add_(1); return y        # becomes: y.add_(1); return y
 * </pre>
 *
 * <p>A dropout is put into the branch of a condition, whose other branch hands on the operand; a
 * sum of one part becomes a copy; {@code type_as} becomes {@code to}, whose schema knows:
 *
 * <pre>
 * z = dropout(y, p, train)   ->   z = dropout(y, p, train) if train else y
 * z = cat([y])               ->   z = clone(y)
 * z = type_as(y, x)          ->   z = to(y, x, False, False, None)
 * z = _unsafe_view(y, s)     ->   z = view(y, s)
 * z = atleast_1d(y)          ->   z = atleast_1d(y) if numel(y) &gt; -1 else y
 * </pre>
 *
 * <p>The last, and what is like it, only where the module writes over tensors: what is computed
 * behind a condition is made faster by nothing.
 */
final class HiddenAliases implements GraphPass {
  private static final Set<String> DROPOUTS =
      Set.of(
          "aten::dropout",
          "aten::feature_dropout",
          "aten::alpha_dropout",
          "aten::feature_alpha_dropout");

  /** The same with a schema that knows, by their names. */
  private static final Map<String, String> TWINS =
      Map.of(
          "aten::_unsafe_view", "aten::view",
          "aten::unsafe_chunk", "aten::chunk",
          "aten::unsafe_split", "aten::split",
          "aten::unsafe_split_with_sizes", "aten::split_with_sizes");

  /** Give what they were given, or a view of it, where nothing is left to do. */
  private static final Set<String> AT_TIMES =
      Set.of(
          "aten::_cast_Byte",
          "aten::_cast_Char",
          "aten::_cast_Double",
          "aten::_cast_Float",
          "aten::_cast_Half",
          "aten::_cast_Int",
          "aten::_cast_Long",
          "aten::_cast_Short",
          "aten::atleast_1d",
          "aten::atleast_2d",
          "aten::atleast_3d",
          "aten::broadcast_tensors",
          "aten::cartesian_prod",
          "aten::conj_physical",
          "aten::dequantize",
          "aten::einsum",
          "aten::lift",
          "aten::meshgrid",
          "aten::sum_to_size",
          "aten::to_dense");

  /** Of these only with a single operand. */
  private static final Set<String> OF_ONE = Set.of("aten::einsum", "aten::cartesian_prod");

  private static final Set<String> JOINS = Set.of("aten::cat", "aten::concat", "aten::concatenate");

  @Override
  public Stage stage() {
    return Stage.LOADED;
  }

  @Override
  public Change look(Survey survey) {
    return shapes -> tell(survey);
  }

  private static void tell(Survey survey) {
    Graph graph = survey.graph();
    List<JitNode> nodes = GraphNodes.everywhere(graph);
    Map<Value, List<JitNode>> uses = GraphNodes.uses(graph);
    // asked before anything changes, as what is replaced is gone
    Set<JitNode> ofOne =
        nodes.stream()
            .filter(it -> JOINS.contains(kind(it)) && isOfOne(operand(it, "tensors"), uses))
            .collect(Collectors.toSet());
    for (JitNode node : nodes) {
      String kind = kind(node);
      if (DROPOUTS.contains(kind)) {
        branch(graph, node);
      } else if (ofOne.contains(node)) {
        graph.setInsertPoint(node);
        Value none = graph.insertConstant(new IValue());
        Value part = GraphNodes.operands(operand(node, "tensors").node()).get(0);
        replace(graph, node, "aten::clone", part, none);
      } else if (kind.equals("aten::type_as")) {
        graph.setInsertPoint(node);
        Value no = graph.insertConstant(new IValue(false));
        Value none = graph.insertConstant(new IValue());
        replace(
            graph, node, "aten::to", operand(node, "self"), operand(node, "other"), no, no, none);
      } else if (TWINS.containsKey(kind)) {
        Value[] same = GraphNodes.operands(node).toArray(Value[]::new);
        Value result = GraphNodes.insert(graph, TWINS.get(kind), node, same);
        result.setType(node.output().type());
        node.output().replaceAllUsesWith(result);
        node.destroy();
      } else if (AT_TIMES.contains(kind) && !isOfMany(node, uses) && survey.isWrittenOver()) {
        branchAtTimes(graph, node);
      }
    }
  }

  /** And stays so: a list that others use may grow, as those of scripted DenseNets do. */
  private static boolean isOfOne(Value list, Map<Value, List<JitNode>> uses) {
    return kind(list.node()).equals("prim::ListConstruct")
        && list.node().inputs().size() == 1
        && uses.getOrDefault(list, List.of()).stream().allMatch(it -> JOINS.contains(kind(it)));
  }

  private static void replace(Graph graph, JitNode node, String kind, Value... inputs) {
    node.output().replaceAllUsesWith(GraphNodes.insert(graph, kind, node, inputs));
    node.destroy();
  }

  /** Whether a node is one of {@link #OF_ONE} with a list of several, which nobody else changes. */
  private static boolean isOfMany(JitNode node, Map<Value, List<JitNode>> uses) {
    if (!OF_ONE.contains(kind(node))) {
      return false;
    }
    Value list = operand(node, "tensors");
    return kind(list.node()).equals("prim::ListConstruct")
        && list.node().inputs().size() > 1
        && uses.getOrDefault(list, List.of()).size() == 1;
  }

  private static void branch(Graph graph, JitNode dropout) {
    branch(graph, dropout, operand(dropout, "train"), operand(dropout, "input"));
  }

  /** Behind a condition that nobody knows to be always true. */
  private static void branchAtTimes(Graph graph, JitNode node) {
    graph.setInsertPoint(node);
    Value operand =
        GraphNodes.operands(node).stream()
            .filter(it -> isOf(it, torch.TypeKind.TensorType) || isOf(it, torch.TypeKind.ListType))
            .findFirst()
            .orElseThrow();
    Value tensor = operand;
    if (isOf(operand, torch.TypeKind.ListType)) {
      Value first = graph.insertConstant(new IValue(0L));
      tensor = GraphNodes.insert(graph, "aten::__getitem__", node, operand, first);
    }
    Value size = GraphNodes.typed(graph, "aten::numel", node, "int", tensor);
    Value least = graph.insertConstant(new IValue(-1L));
    Value always = GraphNodes.typed(graph, "aten::gt", node, "bool", size, least);
    boolean ofOneType = isOf(node.output(), operand.type().get().kind().intern());
    branch(graph, node, always, ofOneType ? operand : tensor);
  }

  private static boolean isOf(Value value, torch.TypeKind kind) {
    return value.type().get().kind().intern() == kind;
  }

  private static void branch(Graph graph, JitNode node, Value condition, Value otherwise) {
    JitNode choice = graph.create(Symbol.fromQualString("prim::If"), new ValueVector(condition), 1);
    choice.insertBefore(node);
    Block usual = choice.addBlock();
    Block other = choice.addBlock();
    Value result = choice.output();
    result.setType(node.output().type());
    node.output().replaceAllUsesWith(result);
    node.moveBefore(usual.return_node());
    usual.registerOutput(node.output());
    other.registerOutput(otherwise);
  }
}
