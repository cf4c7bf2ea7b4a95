package dev.wwts.internal.rewrite;

import static dev.wwts.internal.rewrite.GraphNodes.kind;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.FunctionSchema;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.global.torch;

/**
 * Which of a graph's operators write over tensors in a way that somebody can tell. Networks write
 * over results to spare memory ({@code relu_} behind a convolution): where what is written over is
 * fresh memory and the writer is its only user, the graph means the same as if each operator gave a
 * new tensor. Only of such a graph may values be computed at another place, or laid out otherwise:
 *
 * <pre>
 * y = conv2d(x, …); z = relu_(y)            # nobody else sees y: as relu(y)
 * a, b = chunk(y, 2); a.add_(b); cat(y, …)  # y is read after a part of it was written over
 * </pre>
 *
 * <p>What may be an alias is not followed: a writer on anything but a known fresh result counts as
 * seen.
 */
final class Writes {
  /** Write over their first operand, value by value, and over nothing else. */
  private static final Set<String> IN_PLACE =
      Set.of(
          "aten::relu_",
          "aten::relu6_",
          "aten::hardtanh_",
          "aten::sigmoid_",
          "aten::hardsigmoid_",
          "aten::tanh_",
          "aten::silu_",
          "aten::hardswish_",
          "aten::leaky_relu_",
          "aten::elu_",
          "aten::celu_",
          "aten::selu_",
          "aten::mish_",
          "aten::clamp_",
          "aten::clamp_min_",
          "aten::clamp_max_",
          "aten::add_",
          "aten::sub_",
          "aten::mul_",
          "aten::div_");

  /** Always give new memory, never a view of what they were given. */
  private static final Set<String> FRESH =
      Set.of(
          "aten::conv2d",
          "aten::_convolution",
          "aten::linear",
          "aten::matmul",
          "aten::batch_norm",
          "aten::layer_norm",
          "aten::group_norm",
          "aten::instance_norm",
          "aten::max_pool2d",
          "aten::avg_pool2d",
          "aten::adaptive_avg_pool2d",
          "aten::cat",
          "aten::add",
          "aten::sub",
          "aten::mul",
          "aten::div",
          "aten::mean",
          "aten::softmax",
          "aten::sigmoid",
          "aten::relu",
          "aten::silu",
          "aten::gelu",
          "aten::hardtanh",
          "aten::hardswish",
          "aten::leaky_relu");

  /** Change lists, not the tensors in them. */
  private static final Set<String> ON_LISTS =
      Set.of("aten::append", "aten::extend", "aten::insert", "aten::_set_item", "aten::pop");

  /** Have no schema, and keep or do what the graph does not show. */
  private static final Set<String> HIDDEN =
      Set.of("prim::SetAttr", "prim::CallMethod", "prim::CallFunction", "prim::fork");

  private Writes() {}

  /** Whether nobody can tell that operators write over tensors. */
  static boolean areUnseen(Graph graph) {
    Map<Value, List<JitNode>> uses = GraphNodes.uses(graph);
    return GraphNodes.everywhere(graph).stream()
        .noneMatch(node -> writes(node) && !isUnseen(node, uses));
  }

  /**
   * Whether an operator writes over a tensor in a way that somebody may tell, in a graph before
   * what it calls was put into it.
   */
  static boolean areSeen(Graph graph) {
    Map<Value, List<JitNode>> uses = GraphNodes.uses(graph);
    return GraphNodes.everywhere(graph).stream()
        .anyMatch(node -> writesNumbers(node) && !isUnseen(node, uses));
  }

  /** Into a tensor, or those of a list; others change lists themselves. */
  private static boolean writesNumbers(JitNode node) {
    FunctionSchema schema = node.maybeSchema();
    return schema != null
        && !schema.isNull()
        && schema.is_mutable()
        && (first(node).type().get().kind().intern() == torch.TypeKind.TensorType
            || kind(node).startsWith("aten::_foreach_"));
  }

  private static boolean writes(JitNode node) {
    FunctionSchema schema = node.maybeSchema();
    if (schema == null || schema.isNull()) {
      return HIDDEN.contains(kind(node));
    }
    boolean onList =
        ON_LISTS.contains(kind(node))
            && first(node).type().get().kind().intern() == torch.TypeKind.ListType;
    return schema.is_mutable() && !onList;
  }

  /** What is written over, whatever its schema calls it. */
  private static Value first(JitNode writer) {
    return GraphNodes.operands(writer).get(0);
  }

  private static boolean isUnseen(JitNode writer, Map<Value, List<JitNode>> uses) {
    if (!IN_PLACE.contains(kind(writer)) || writer.inputs().size() == 0) {
      return false;
    }
    Value over = first(writer);
    JitNode maker = over.node();
    boolean fresh =
        FRESH.contains(kind(maker)) || (IN_PLACE.contains(kind(maker)) && isUnseen(maker, uses));
    return fresh
        && uses.getOrDefault(over, List.of()).size() == 1
        && maker.owningBlock().equals(writer.owningBlock());
  }
}
