package dev.wwts.torch;

import static dev.wwts.torch.GraphNodes.isConstant;
import static dev.wwts.torch.GraphNodes.isFalse;
import static dev.wwts.torch.GraphNodes.isNone;
import static dev.wwts.torch.GraphNodes.kind;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.ValueVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Leaves out of a frozen graph what is computed for rows that nobody reads. A vision transformer
 * answers from its class token, the first of 197 rows: the last block's queries, its attention, its
 * two linear layers and the last normalisation work out 196 rows for nothing, which is a fifteenth
 * of a ViT-B/16's forward. What reads one row is moved up through everything that works row by row,
 * to the last value whose other rows somebody reads (keys and values, a residual).
 *
 * <p>It is known without running the graph, from the number of a value's axes and from where its
 * sizes come. The row that is read has the same value as before, but for the last bits, as a
 * product of one row may add up in another order.
 */
final class UnreadRows {
  private static final Set<String> ARITHMETIC =
      Set.of("aten::add", "aten::sub", "aten::mul", "aten::div");

  /** Without one of these there is too little work to leave out. */
  private static final Set<String> PRODUCTS =
      Set.of("aten::linear", "aten::matmul", "aten::scaled_dot_product_attention");

  /** Give a tensor other axes than its number of axes was counted by. */
  private static final Set<String> RESHAPING =
      Set.of(
          "aten::squeeze_",
          "aten::unsqueeze_",
          "aten::t_",
          "aten::transpose_",
          "aten::swapaxes_",
          "aten::resize_");

  private static final long TO_THE_END = Long.MAX_VALUE;

  private final Graph graph;
  private final JitNode select;
  private final List<JitNode> nodes;
  private final Map<Value, List<JitNode>> uses;
  private final Axes axes;

  /** Which row is read: the first, 0, or the last, -1; both are also those of an axis of one. */
  private final long place;

  /** By value: the axis whose one row is read, once for each use that reads no more. */
  private final Map<Value, List<Integer>> reads = new HashMap<>();

  /** What can be computed of one row only: which inputs, and on which of their axes. */
  private final Map<JitNode, Map<Integer, Integer>> early = new LinkedHashMap<>();

  private final Map<Row, Value> rows = new HashMap<>();

  private record Row(Value all, int axis) {}

  private UnreadRows(Graph graph, JitNode select) {
    this.graph = graph;
    this.select = select;
    this.nodes = GraphNodes.of(graph);
    this.uses = GraphNodes.uses(graph, nodes);
    this.axes = new Axes(graph, uses);
    this.place = torch.toIValue(select.input(2)).get().toInt();
  }

  /** Rewrites {@code frozen} before its first forward, inside the caller's pointer scope. */
  static void run(JitModule frozen) {
    Graph graph = frozen.get_method("forward").graph();
    List<JitNode> all = GraphNodes.of(graph);
    boolean reshapesInPlace = all.stream().anyMatch(node -> RESHAPING.contains(kind(node)));
    if (!GraphNodes.haveBlocks(all) && !reshapesInPlace) {
      graph.setInsertPoint(graph.nodes().front());
      all.stream()
          .filter(UnreadRows::isOneRow)
          .forEach(select -> new UnreadRows(graph, select).run());
    }
  }

  /** {@code aten::select(x, axis, 0)} or of -1, the axis counted from the front. */
  private static boolean isOneRow(JitNode node) {
    if (!kind(node).equals("aten::select") || node.inputs().size() != 3) {
      return false;
    }
    Long axis = integer(node.input(1));
    Long at = integer(node.input(2));
    return axis != null && at != null && axis >= 0 && (at == 0 || at == -1);
  }

  private static @Nullable Long integer(Value value) {
    return isConstant(value) && torch.toIValue(value).get().isInt()
        ? torch.toIValue(value).get().toInt()
        : null;
  }

  private void run() {
    int axis = (int) torch.toIValue(select.input(1)).get().toInt();
    read(select.input(0), axis);
    int end = nodes.indexOf(select);
    for (int i = end - 1; i >= 0; i--) {
      consider(nodes.get(i));
    }
    // from the first that changes on nothing may write over what a row of it may be a copy of
    boolean written =
        nodes.subList(0, end).stream()
            .dropWhile(node -> !early.containsKey(node))
            .anyMatch(node -> kind(node).endsWith("_"));
    if (written || early.keySet().stream().noneMatch(node -> PRODUCTS.contains(kind(node)))) {
      return;
    }
    nodes.stream().filter(early::containsKey).forEach(this::compute);
    Value row = row(select.input(0), axis, select);
    Value first = constant(new IValue(0L));
    Value result = GraphNodes.insert(graph, "aten::select", select, row, select.input(1), first);
    select.output().replaceAllUsesWith(result);
    for (int i = nodes.size() - 1; i >= 0; i--) {
      JitNode node = nodes.get(i);
      boolean unread = node.equals(select) || early.containsKey(node);
      if (unread && !node.hasUses()) {
        node.destroy();
      }
    }
    graph.lint();
  }

  private void read(Value value, int axis) {
    reads.computeIfAbsent(value, key -> new ArrayList<>()).add(axis);
  }

  /** Users come before what they use. */
  private void consider(JitNode node) {
    if (node.outputs().size() != 1) {
      return;
    }
    Value all = node.output();
    List<Integer> wanted = reads.getOrDefault(all, List.of());
    boolean others = wanted.size() != uses.getOrDefault(all, List.of()).size();
    if (wanted.isEmpty() || others || wanted.stream().distinct().count() > 1) {
      return;
    }
    int rank = axes.count(all);
    Map<Integer, Integer> inputs =
        wanted.get(0) < rank ? inputs(node, rank, wanted.get(0)) : Map.of();
    if (!inputs.isEmpty()) {
      early.put(node, inputs);
      inputs.forEach((input, axis) -> read(node.input(input), axis));
    }
  }

  /** Of which inputs a node needs one row, and on which axis; none if it needs all or more. */
  private Map<Integer, Integer> inputs(JitNode node, int rank, int axis) {
    Map<Integer, Integer> same = Map.of(0, axis);
    String kind = kind(node);
    if (Axes.POINTWISE.contains(kind)) {
      return same;
    }
    if (ARITHMETIC.contains(kind)) {
      return operands(node, rank, axis);
    }
    boolean rowByRow =
        switch (kind) {
          case "aten::dropout" -> isFalse(node.input(2));
          case "aten::linear" -> axis < rank - 1;
          case "aten::layer_norm" -> {
            long[] normalized = GraphNodes.integers(node.input(1));
            yield normalized != null && axis < rank - normalized.length;
          }
          case "aten::softmax", "aten::slice" -> {
            int other = axes.constant(node.input(1), rank);
            yield other >= 0 && other != axis;
          }
          case "aten::reshape", "aten::view" -> keepsUpTo(axis, node);
          case "aten::matmul" -> axis == rank - 2;
          case "aten::scaled_dot_product_attention" ->
              axis == rank - 2 && isNone(node.input(3)) && isFalse(node.input(5));
          default -> false;
        };
    if (rowByRow) {
      return same;
    }
    boolean turned = kind.equals("aten::transpose") || kind.equals("aten::permute");
    int source = turned ? axes.source(node, axis) : -1;
    return source >= 0 ? Map.of(0, source) : Map.of();
  }

  /**
   * An operand with fewer axes goes for all rows; one with one place on this has that as its row.
   */
  private Map<Integer, Integer> operands(JitNode node, int rank, int axis) {
    Map<Integer, Integer> operands = new HashMap<>();
    for (int i = 0; i < 2; i++) {
      int count = axes.count(node.input(i));
      int own = axis - (rank - count);
      if (count >= 0 && own >= 0) {
        operands.put(i, own);
      }
    }
    return operands;
  }

  private boolean keepsUpTo(int axis, JitNode reshape) {
    Value input = reshape.input(0);
    return axes.count(input) > axis
        && IntStream.rangeClosed(0, axis)
            .allMatch(i -> axes.size(input, i).equals(axes.size(reshape.output(), i)));
  }

  private void compute(JitNode node) {
    Value[] inputs = new Value[(int) node.inputs().size()];
    for (int i = 0; i < inputs.length; i++) {
      Integer axis = early.get(node).get(i);
      inputs[i] = axis == null ? node.input(i) : row(node.input(i), axis, node);
    }
    int axis = reads.get(node.output()).get(0);
    String kind = kind(node);
    if (kind.equals("aten::reshape") || kind.equals("aten::view")) {
      inputs[1] = withOne(axis, node);
      kind = "aten::reshape"; // one row of several is not always in one piece
    }
    rows.put(new Row(node.output(), axis), GraphNodes.insert(graph, kind, node, inputs));
  }

  private Value row(Value all, int axis, JitNode reader) {
    return rows.computeIfAbsent(
        new Row(all, axis),
        key -> {
          if (isConstant(all)) {
            Tensor table = torch.toIValue(all).get().toTensor();
            return constant(new IValue(row(table, axis)));
          }
          Value on = constant(new IValue((long) axis));
          Value from = constant(new IValue(place));
          Value to = constant(new IValue(place == 0 ? 1L : TO_THE_END));
          return GraphNodes.insert(
              graph, "aten::slice", reader, all, on, from, to, constant(new IValue(1L)));
        });
  }

  private Tensor row(Tensor table, int axis) {
    long at = place == 0 ? 0 : table.size(axis) - 1;
    return table.narrow(axis, at, 1).contiguous();
  }

  /** A reshape's sizes, but for the one place on an axis. */
  private Value withOne(int axis, JitNode reshape) {
    long[] constants = GraphNodes.integers(reshape.input(1));
    Value one = constant(new IValue(1L));
    ValueVector sizes = new ValueVector();
    for (int i = 0; i < axes.count(reshape.output()); i++) {
      Value size =
          constants == null ? reshape.input(1).node().input(i) : constant(new IValue(constants[i]));
      sizes.push_back(i == axis ? one : size);
    }
    JitNode list = graph.createList(one.type(), sizes);
    list.insertBefore(reshape);
    return list.output();
  }

  private Value constant(IValue value) {
    return graph.insertConstant(value);
  }
}
