package dev.wwts.internal.rewrite;

import static dev.wwts.internal.rewrite.GraphNodes.isConstant;
import static dev.wwts.internal.rewrite.GraphNodes.kind;

import dev.wwts.internal.rewrite.ExampleShapes.Shape;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.global.torch;

/**
 * What a graph says of how its tensors lie in memory: planes of channels, as traces have them, or a
 * pixel's channels side by side, as oneDNN's convolutions want them.
 */
public final class Layouts {
  static final long PLANES = 0;
  static final long CHANNELS_LAST = 2;

  private static final Set<String> POOLINGS =
      Set.of("aten::avg_pool2d", "aten::max_pool2d", "aten::adaptive_avg_pool2d");

  private static final Set<String> CONVOLUTIONS =
      Set.of("aten::conv2d", "aten::cudnn_convolution_relu", "aten::cudnn_convolution_add_relu");

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
        .anyMatch(node -> ASK.contains(kind(node)) || (isView(node) && !isSizes(node.input(1))));
  }

  /**
   * Lets layers choose how their results lie, in a graph that writes over nothing that can be told:
   *
   * <ul>
   *   <li>a view of planes is not one of pixels whose channels lie side by side; reshaping takes
   *       both;
   *   <li>planes that only poolings read are not made: poolings are faster on what a layer gives.
   * </ul>
   *
   * @param shapes of values; kept for what stands for them
   */
  static void release(Graph graph, Map<Value, Shape> shapes) {
    for (JitNode view : GraphNodes.everywhere(graph)) {
      if (isView(view)) {
        Value reshaped =
            GraphNodes.insert(graph, "aten::reshape", view, view.input(0), view.input(1));
        replace(view, reshaped, shapes);
      }
    }
    Map<Value, List<JitNode>> uses = GraphNodes.uses(graph);
    for (JitNode node : GraphNodes.everywhere(graph)) {
      if (isFor(POOLINGS, node, uses)) {
        replace(node, node.input(0), shapes);
      }
    }
  }

  /**
   * Does not make planes that only convolutions read, which take both layouts, in a graph that
   * writes over nothing that can be told.
   */
  public static void releaseConvolutions(Graph graph) {
    Map<Value, List<JitNode>> uses = GraphNodes.uses(graph);
    for (JitNode node : GraphNodes.of(graph)) {
      if (isFor(CONVOLUTIONS, node, uses)) {
        node.output().replaceAllUsesWith(node.input(0));
        node.destroy();
      }
    }
  }

  private static void replace(JitNode node, Value by, Map<Value, Shape> shapes) {
    Shape shape = shapes.remove(node.output());
    if (shape != null) {
      shapes.put(by, shape);
    }
    node.output().replaceAllUsesWith(by);
    node.destroy();
  }

  private static boolean isView(JitNode node) {
    return kind(node).equals("aten::view");
  }

  /** A view may also be told of a type. */
  private static boolean isSizes(Value value) {
    return value.type().get().kind().intern() == torch.TypeKind.ListType;
  }

  /** Whether a node makes planes, for operators of some kinds only. */
  private static boolean isFor(Set<String> kinds, JitNode node, Map<Value, List<JitNode>> uses) {
    if (!kind(node).equals("aten::contiguous")
        || !isConstant(node.input(1))
        || torch.toIValue(node.input(1)).get().toInt() != PLANES) {
      return false;
    }
    List<JitNode> users = uses.getOrDefault(node.output(), List.of());
    return !users.isEmpty() && users.stream().allMatch(user -> kinds.contains(kind(user)));
  }
}
