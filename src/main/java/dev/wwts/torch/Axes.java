package dev.wwts.torch;

import static dev.wwts.torch.GraphNodes.isConstant;
import static dev.wwts.torch.GraphNodes.kind;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.global.torch;

/**
 * What a graph's nodes say of its tensors' axes without being run: how many there are, and which
 * have the same size for every batch.
 */
final class Axes {
  private static final int UNKNOWN = -1;
  private static final int PICTURES = 4;

  /** Leave a tensor's axes alone and work on each value, or do nothing. */
  static final Set<String> POINTWISE =
      Set.of(
          "aten::gelu",
          "aten::relu",
          "aten::silu",
          "aten::sigmoid",
          "aten::tanh",
          "aten::hardtanh",
          "aten::hardswish",
          "aten::contiguous");

  /** Whoever else takes a list may append to it. */
  private static final Set<String> READ_LISTS =
      Set.of("aten::reshape", "aten::view", "aten::expand", "aten::cat");

  private final Map<Value, List<JitNode>> uses;
  private final Map<Value, Integer> counts = new HashMap<>();
  private final Map<Place, Object> sizes = new HashMap<>();

  /** A size that only running the graph would tell: that of one value's axis. */
  private record Place(Value value, int axis) {}

  /**
   * Asks about a graph.
   *
   * @param uses as {@link GraphNodes#uses} gives them
   */
  Axes(Graph graph, Map<Value, List<JitNode>> uses) {
    this.uses = uses;
    // N x 3 x H x W, behind the module itself
    counts.put(graph.inputs().get(1), PICTURES);
  }

  /** How many axes a tensor has; negative where that is not known. */
  int count(Value value) {
    Integer known = counts.get(value);
    if (known == null) {
      known = counted(value);
      counts.put(value, known);
    }
    return known;
  }

  private int counted(Value value) {
    if (isConstant(value)) {
      IValue constant = torch.toIValue(value).get();
      return constant.isTensor() && constant.toTensor().defined()
          ? (int) constant.toTensor().dim()
          : UNKNOWN;
    }
    JitNode node = value.node();
    return switch (kind(node)) {
      case "aten::conv2d", "aten::_convolution" -> count(node.input(0));
      case "aten::reshape", "aten::view", "aten::expand" -> length(node.input(1));
      case "aten::flatten" -> {
        int before = count(node.input(0));
        int first = constant(node.input(1), before);
        int last = constant(node.input(2), before);
        yield first < 0 || last < first ? UNKNOWN : before - (last - first);
      }
      case "aten::add", "aten::sub", "aten::mul", "aten::div" -> {
        int a = count(node.input(0));
        int b = isNumber(node.input(1)) ? 0 : count(node.input(1));
        yield a < 0 || b < 0 ? UNKNOWN : Math.max(a, b);
      }
      case "aten::matmul" -> {
        int a = count(node.input(0));
        yield a >= 2 && a == count(node.input(1)) ? a : UNKNOWN;
      }
      case "aten::cat" ->
          length(node.input(0)) > 0 ? count(node.input(0).node().input(0)) : UNKNOWN;
      case "prim::ListUnpack" -> {
        JitNode unbind = node.input(0).node();
        int before = kind(unbind).equals("aten::unbind") ? count(unbind.input(0)) : UNKNOWN;
        yield before < 0 ? UNKNOWN : before - 1;
      }
      case "aten::linear" -> count(node.input(1)) == 2 ? count(node.input(0)) : UNKNOWN;
      case "aten::scaled_dot_product_attention" -> {
        int queries = count(node.input(0));
        boolean same = queries == count(node.input(1)) && queries == count(node.input(2));
        yield same ? queries : UNKNOWN;
      }
      case "aten::layer_norm",
          "aten::softmax",
          "aten::dropout",
          "aten::slice",
          "aten::transpose",
          "aten::permute" ->
          count(node.input(0));
      default -> POINTWISE.contains(kind(node)) ? count(node.input(0)) : UNKNOWN;
    };
  }

  /** A number, or what a trace makes of one: a constant tensor without axes. */
  private boolean isNumber(Value value) {
    torch.TypeKind kind = value.type().get().kind().intern();
    return kind == torch.TypeKind.IntType
        || kind == torch.TypeKind.FloatType
        || (isConstant(value) && count(value) == 0);
  }

  /** An axis as a constant of the graph says it, from the front; negative where it does not. */
  int constant(Value axis, int count) {
    if (count < 0 || !isConstant(axis) || !torch.toIValue(axis).get().isInt()) {
      return UNKNOWN;
    }
    int at = (int) torch.toIValue(axis).get().toInt();
    return at < 0 ? at + count : at;
  }

  /** Which axis of its input a transposition's axis is; negative where that is not known. */
  int source(JitNode node, int axis) {
    int count = count(node.input(0));
    if (kind(node).equals("aten::permute")) {
      long[] order = GraphNodes.integers(node.input(1));
      int at = order == null ? UNKNOWN : (int) order[axis];
      return at < 0 && order != null ? at + order.length : at;
    }
    int a = constant(node.input(1), count);
    int b = constant(node.input(2), count);
    if (a < 0 || b < 0) {
      return UNKNOWN;
    }
    if (axis == a) {
      return b;
    }
    return axis == b ? a : axis;
  }

  private int length(Value list) {
    long[] constants = GraphNodes.integers(list);
    if (constants != null) {
      return constants.length;
    }
    JitNode node = list.node();
    boolean known =
        kind(node).equals("prim::ListConstruct")
            && uses.getOrDefault(list, List.of()).stream()
                .allMatch(user -> READ_LISTS.contains(kind(user)));
    return known ? (int) node.inputs().size() : UNKNOWN;
  }

  /** Something that equals another axis's where the sizes are the same for every input. */
  Object size(Value value, int axis) {
    Place here = new Place(value, axis);
    Object known = sizes.get(here);
    if (known == null) {
      known = sized(value, axis, here);
      sizes.put(here, known);
    }
    return known;
  }

  private Object sized(Value value, int axis, Place here) {
    int count = count(value);
    if (count < 0 || isConstant(value)) {
      return here;
    }
    JitNode node = value.node();
    return switch (kind(node)) {
      case "aten::reshape", "aten::view" -> {
        long[] sizes = GraphNodes.integers(node.input(1));
        if (sizes == null) {
          yield named(node.input(1).node().input(axis), here);
        }
        yield sizes[axis] < 0 ? here : (Object) sizes[axis];
      }
      case "aten::transpose", "aten::permute" -> {
        int source = source(node, axis);
        yield source < 0 ? here : size(node.input(0), source);
      }
      case "aten::linear" -> axis < count - 1 ? size(node.input(0), axis) : here;
      case "aten::matmul", "aten::scaled_dot_product_attention" -> {
        Object rows = size(node.input(0), axis);
        // before the rows the other may have more, and stretch this
        boolean own = axis == count - 2;
        yield own || (axis < count - 2 && rows.equals(size(node.input(1), axis))) ? rows : here;
      }
      case "aten::add", "aten::sub", "aten::mul", "aten::div" ->
          isNumber(node.input(1)) ? size(node.input(0), axis) : here;
      case "aten::layer_norm", "aten::softmax", "aten::dropout" -> size(node.input(0), axis);
      case "prim::ListUnpack" -> {
        JitNode unbind = node.input(0).node();
        int gone = constant(unbind.input(1), count + 1);
        yield gone < 0 ? here : size(unbind.input(0), axis < gone ? axis : axis + 1);
      }
      default -> POINTWISE.contains(kind(node)) ? size(node.input(0), axis) : here;
    };
  }

  private Object named(Value size, Object unknown) {
    if (isConstant(size)) {
      if (!torch.toIValue(size).get().isInt()) {
        return unknown;
      }
      long number = torch.toIValue(size).get().toInt();
      return number < 0 ? unknown : number;
    }
    JitNode node = size.node();
    return switch (kind(node)) {
      case "aten::size" -> {
        int axis =
            node.inputs().size() == 2 ? constant(node.input(1), count(node.input(0))) : UNKNOWN;
        yield axis < 0 ? size : size(node.input(0), axis);
      }
      case "prim::NumToTensor", "aten::Int" -> named(node.input(0), size);
      default -> size;
    };
  }
}
