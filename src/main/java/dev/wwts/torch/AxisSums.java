package dev.wwts.torch;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.ValueVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Takes a frozen graph's sums over one axis out of LibTorch's slow path. Split attention (ResNeSt,
 * SKNet) views a layer's channels as [batch, radix, channels, height, width] and sums over the
 * radix. With channels side by side LibTorch adds such a view up value by value, and writes the
 * result in the other layout, which the next layer undoes: 15 to 40 times the time of a pass over
 * the memory, and a fifth of ResNeSt-101's forward. Two rules say the same in whole passes:
 *
 * <ul>
 *   <li>the mean of a sum over an axis is the sum of the means, so that the sum is of a few values;
 *   <li>the sum of a product over an axis of two to four known places is {@code a0 * b0 + a1 * b1},
 *       each a loop over whole rows of channels that keeps their layout.
 * </ul>
 *
 * <p>The answers differ from the plain ones in the last bits: additions come in another order.
 */
final class AxisSums {
  /** More places than this were not seen, and each is a pass over the result. */
  private static final long MOST_PLACES = 4;

  private static final Set<String> RESHAPES = Set.of("aten::reshape", "aten::view");

  private static final Set<String> KEEP_TYPE =
      Set.of(
          "aten::reshape",
          "aten::view",
          "aten::transpose",
          "aten::contiguous",
          "aten::relu",
          "aten::relu_");

  private static final Set<String> GIVE_FLOATS =
      Set.of("aten::conv2d", "aten::_convolution", "aten::softmax", "aten::sigmoid");

  private final Graph graph;
  private final List<JitNode> nodes;
  private final Map<Value, List<JitNode>> uses;
  private final JitNode first;
  private final Set<JitNode> gone = new LinkedHashSet<>();

  private AxisSums(Graph graph) {
    this.graph = graph;
    this.nodes = GraphNodes.of(graph);
    this.uses = GraphNodes.uses(graph, nodes);
    this.first = graph.nodes().front();
  }

  /** Rewrites {@code frozen} before its first forward, inside the caller's pointer scope. */
  static void run(JitModule frozen) {
    AxisSums sums = new AxisSums(frozen.get_method("forward").graph());
    if (!GraphNodes.haveBlocks(sums.nodes)) {
      sums.run();
    }
  }

  private void run() {
    graph.setInsertPoint(first);
    nodes.stream().filter(AxisSums::isAxisSum).forEach(this::rewrite);
    // users before what they use; only now, as a new node may get an old one's address
    gone.forEach(JitNode::destroy);
    graph.lint();
  }

  /** {@code aten::sum(x, [axis], keepdim=False, dtype=None)}, the axis counted from the front. */
  private static boolean isAxisSum(JitNode node) {
    if (!GraphNodes.kind(node).equals("aten::sum") || node.inputs().size() != 4) {
      return false;
    }
    long[] axes = GraphNodes.integers(node.input(1));
    return axes != null
        && axes.length == 1
        && axes[0] >= 0
        && GraphNodes.isFalse(node.input(2))
        && GraphNodes.isNone(node.input(3));
  }

  private void rewrite(JitNode sum) {
    long axis = GraphNodes.integers(sum.input(1))[0];
    JitNode mean = onlyUser(sum.output());
    if (mean != null && meanAxes(mean) != null) {
      sumMeans(sum, mean, axis);
      return;
    }
    JitNode product = sum.input(0).node();
    if (GraphNodes.kind(product).equals("aten::mul")
        && GraphNodes.isTensor(product.input(0))
        && GraphNodes.isTensor(product.input(1))
        && onlyUser(product.output()) != null
        && (isFloating(product.input(0)) || isFloating(product.input(1)))) {
      long[] a = sizes(product.input(0));
      long[] b = sizes(product.input(1));
      // the same rank: otherwise the axis of one is not that of the other
      if (a != null && b != null && a.length == b.length && axis < a.length) {
        long places = a[(int) axis];
        if (places == b[(int) axis] && places >= 2 && places <= MOST_PLACES) {
          addProducts(product, sum, axis, places);
        }
      }
    }
  }

  /** The axes of a mean that {@link #sumMeans} can take; null of any other node. */
  private static long @Nullable [] meanAxes(JitNode mean) {
    if (!GraphNodes.kind(mean).equals("aten::mean")
        || mean.inputs().size() != 4
        || !GraphNodes.isConstant(mean.input(2))
        || !GraphNodes.isNone(mean.input(3))) {
      return null;
    }
    long[] axes = GraphNodes.integers(mean.input(1));
    boolean fromFront =
        axes != null && axes.length > 0 && Arrays.stream(axes).allMatch(a -> a >= 0);
    return fromFront ? axes : null;
  }

  /**
   * The mean first. It still has the axis that the sum took away: later axes count one more, and if
   * the mean drops its own, the sum's axis counts one less for each that lies before it.
   */
  private void sumMeans(JitNode sum, JitNode mean, long axis) {
    long[] axes = Arrays.stream(meanAxes(mean)).map(a -> a < axis ? a : a + 1).toArray();
    boolean drops = GraphNodes.isFalse(mean.input(2));
    long left = drops ? axis - Arrays.stream(axes).filter(a -> a < axis).count() : axis;
    Value means =
        GraphNodes.insert(
            graph, "aten::mean", sum, sum.input(0), list(axes), mean.input(2), mean.input(3));
    Value result =
        GraphNodes.insert(graph, "aten::sum", sum, means, list(left), sum.input(2), sum.input(3));
    replace(mean, result);
    gone.add(sum);
  }

  private void addProducts(JitNode product, JitNode sum, long axis, long places) {
    Value one = constant(new IValue(1L));
    Value total = null;
    for (long place = 0; place < places; place++) {
      Value a = select(product, 0, axis, place);
      Value b = select(product, 1, axis, place);
      total =
          total == null
              ? GraphNodes.insert(graph, "aten::mul", product, a, b)
              : GraphNodes.insert(graph, "aten::addcmul", product, total, a, b, one);
    }
    replace(sum, total);
    gone.add(product);
  }

  private Value select(JitNode product, int input, long axis, long place) {
    Value at = constant(new IValue(place));
    return GraphNodes.insert(
        graph, "aten::select", product, product.input(input), constant(new IValue(axis)), at);
  }

  /** What a reshape makes of a tensor for any batch, 0 where that varies; null of others. */
  private static long @Nullable [] sizes(Value value) {
    JitNode reshape = value.node();
    if (!RESHAPES.contains(GraphNodes.kind(reshape))) {
      return null;
    }
    long[] constant = GraphNodes.integers(reshape.input(1));
    JitNode list = reshape.input(1).node();
    if (constant != null || !GraphNodes.kind(list).equals("prim::ListConstruct")) {
      return constant;
    }
    long[] sizes = new long[(int) list.inputs().size()];
    for (int i = 0; i < sizes.length; i++) {
      if (GraphNodes.isConstant(list.input(i))) {
        sizes[i] = torch.toIValue(list.input(i)).get().toInt();
      }
    }
    return sizes;
  }

  /** Integers are left alone, as their sums are wider than their products. */
  private static boolean isFloating(Value value) {
    JitNode source = value.node();
    while (KEEP_TYPE.contains(GraphNodes.kind(source))) {
      source = source.input(0).node();
    }
    return GIVE_FLOATS.contains(GraphNodes.kind(source));
  }

  private void replace(JitNode old, Value result) {
    old.output().replaceAllUsesWith(result);
    gone.add(old);
  }

  private @Nullable JitNode onlyUser(Value value) {
    List<JitNode> users = uses.getOrDefault(value, List.of());
    return users.size() == 1 ? users.get(0) : null;
  }

  private Value list(long... values) {
    ValueVector constants = new ValueVector();
    for (long value : values) {
      constants.push_back(constant(new IValue(value)));
    }
    JitNode list = graph.createList(constants.get(0).type(), constants);
    list.insertBefore(first);
    return list.output();
  }

  private Value constant(IValue value) {
    return graph.insertConstant(value);
  }
}
