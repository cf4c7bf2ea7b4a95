package dev.wwts.internal.rewrite;

import static dev.wwts.internal.rewrite.GraphNodes.isInteger;
import static dev.wwts.internal.rewrite.GraphNodes.kind;
import static dev.wwts.internal.rewrite.GraphNodes.operand;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Value;

/**
 * What a graph says of how its tensors lie in memory: planes of channels, as traces have them, or a
 * pixel's channels side by side, as oneDNN's convolutions want them.
 */
final class Layouts {
  static final long PLANES = 0;
  static final long CHANNELS_LAST = 2;

  /** Their answer, or whether they answer at all, depends on strides. */
  private static final Set<String> ASK =
      Set.of(
          "aten::stride",
          "aten::sym_stride",
          "aten::storage_offset",
          "aten::sym_storage_offset",
          "aten::is_contiguous",
          "aten::is_non_overlapping_and_dense",
          "aten::is_strides_like_format",
          "aten::as_strided",
          "aten::as_strided_copy",
          "aten::as_strided_scatter",
          "aten::_reshape_alias",
          "aten::view_as",
          "aten::view_as_complex",
          "aten::view_as_real",
          "aten::unflatten",
          "aten::_unsafe_view",
          "aten::view_copy",
          "aten::to_mkldnn",
          "prim::layout");

  private Layouts() {}

  /** Whether a node's answer depends on strides, so that tensors must lie as the graph has them. */
  static boolean matter(Graph graph) {
    return GraphNodes.everywhere(graph).stream()
        .anyMatch(node -> ASK.contains(kind(node)) || (isView(node) && !isOfSizes(node)));
  }

  static boolean isView(JitNode node) {
    return kind(node).equals("aten::view");
  }

  /** A view may also be told of a type. */
  private static boolean isOfSizes(JitNode view) {
    return view.hasNamedInput("size");
  }

  /** Whether a node makes planes, for operators of some kinds only. */
  static boolean makesPlanesFor(Set<String> kinds, JitNode node, Map<Value, List<JitNode>> uses) {
    if (!kind(node).equals("aten::contiguous")
        || !isInteger(operand(node, "memory_format"), PLANES)) {
      return false;
    }
    List<JitNode> users = uses.getOrDefault(node.output(), List.of());
    return !users.isEmpty() && users.stream().allMatch(user -> kinds.contains(kind(user)));
  }
}
