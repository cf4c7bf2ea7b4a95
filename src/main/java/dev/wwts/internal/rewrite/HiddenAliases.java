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
 * </pre>
 */
final class HiddenAliases implements GraphPass {
  private static final Set<String> DROPOUTS =
      Set.of(
          "aten::dropout",
          "aten::feature_dropout",
          "aten::alpha_dropout",
          "aten::feature_alpha_dropout");

  private static final Set<String> JOINS = Set.of("aten::cat", "aten::concat", "aten::concatenate");

  @Override
  public Stage stage() {
    return Stage.LOADED;
  }

  @Override
  public Change look(Survey survey) {
    return shapes -> tell(survey.graph());
  }

  private static void tell(Graph graph) {
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

  private static void branch(Graph graph, JitNode dropout) {
    JitNode choice =
        graph.create(
            Symbol.fromQualString("prim::If"), new ValueVector(operand(dropout, "train")), 1);
    choice.insertBefore(dropout);
    Block training = choice.addBlock();
    Block evaluating = choice.addBlock();
    Value result = choice.output();
    result.setType(dropout.output().type());
    dropout.output().replaceAllUsesWith(result);
    JitNode inBranch = training.return_node();
    dropout.moveBefore(inBranch);
    training.registerOutput(dropout.output());
    evaluating.registerOutput(operand(dropout, "input"));
  }
}
