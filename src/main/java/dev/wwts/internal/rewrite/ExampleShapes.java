package dev.wwts.internal.rewrite;

import dev.wwts.internal.torch.Owned;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Symbol;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TupleElements;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.ValueVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The shapes and types that a graph's tensors have for a batch and for one twice as large: what
 * fits by chance in one batch (a table of positions beside a single picture) does not in both.
 */
final class ExampleShapes {
  private ExampleShapes() {}

  /**
   * Of one tensor.
   *
   * @param single its sizes for the first row alone
   * @param twice its sizes for both rows
   */
  record Shape(List<Long> single, List<Long> twice, torch.ScalarType type) {
    /** Those for some rows: what grows from one to two goes on growing. */
    public List<Long> of(int rows) {
      return IntStream.range(0, single.size())
          .mapToObj(axis -> single.get(axis) + (rows - 1) * (twice.get(axis) - single.get(axis)))
          .toList();
    }

    /** Those for one row. */
    long[] sizes() {
      return single.stream().mapToLong(Long::longValue).toArray();
    }
  }

  /**
   * What the graph tells when it is run.
   *
   * @param shapes by value; may be changed
   * @param answers to both rows, whatever their shape; the caller closes it
   */
  record Examples(Map<Value, Shape> shapes, Owned<Tensor> answers) {}

  /**
   * Runs a copy of a graph, once for each batch, that returns the sizes in question beside its
   * answers.
   *
   * @param asked tensors of the outermost block
   * @param rows an input of two rows
   */
  static Examples of(FrozenGraph network, Collection<Value> asked, Tensor rows) {
    List<Value> values = List.copyOf(new LinkedHashSet<>(asked));
    FrozenGraph.Compiled compiled = network.with(withSizes(network.graph(), values)).compiled();
    boolean optimizes = torch.getGraphExecutorOptimize();
    TupleElements alone;
    TupleElements both;
    try {
      // for two runs the executor's own passes do not pay; the setting is the thread's
      torch.setGraphExecutorOptimize(false);
      // copied, as a network may write over its input
      alone = run(compiled, network, rows.narrow(0, 0, 1).clone());
      both = run(compiled, network, rows.clone());
    } finally {
      torch.setGraphExecutorOptimize(optimizes);
    }
    List<List<Long>> single = sizes(alone);
    List<List<Long>> twice = sizes(both);
    Map<Value, Shape> shapes = new HashMap<>();
    for (int i = 0; i < values.size(); i++) {
      List<Long> one = single.get(i);
      List<Long> two = twice.get(i);
      // the type stands behind the sizes
      int axes = one.size() - 1;
      shapes.put(
          values.get(i),
          new Shape(
              one.subList(0, axes), two.subList(0, two.size() - 1), scalarType(one.get(axes))));
    }
    return new Examples(shapes, new Owned<>(both.get(1).toTensor().clone()));
  }

  private static torch.ScalarType scalarType(long value) {
    return Arrays.stream(torch.ScalarType.values())
        .filter(type -> type.value == value)
        .findFirst()
        .orElse(torch.ScalarType.Undefined);
  }

  /** The graph, with the sizes of some of its tensors before its result. */
  private static Graph withSizes(Graph graph, List<Value> values) {
    Graph copy = graph.copy();
    Map<Value, Value> twins = twins(graph, copy);
    ValueVector lists = new ValueVector();
    JitNode end = copy.return_node();
    for (Value value : values) {
      Value twin = Objects.requireNonNull(twins.get(value));
      JitNode size = typed(copy, "aten::size", twin, "int[]", end);
      JitNode type = typed(copy, "prim::dtype", twin, "int", end);
      JitNode last = copy.createList(type.output().type(), new ValueVector(type.output()));
      last.insertBefore(end);
      JitNode both =
          copy.create(
              Symbol.fromQualString("aten::add"), new ValueVector(size.output(), last.output()));
      both.output().setType(size.output().type());
      both.insertBefore(end);
      lists.push_back(both.output());
    }
    JitNode list = copy.createList(lists.get(0).type(), lists);
    list.insertBefore(end);
    JitNode pair = copy.createTuple(new ValueVector(list.output(), copy.outputs().get(0)));
    pair.insertBefore(end);
    copy.eraseOutput(0);
    copy.registerOutput(pair.output());
    return copy;
  }

  private static JitNode typed(Graph graph, String kind, Value of, String type, JitNode end) {
    JitNode node = graph.create(Symbol.fromQualString(kind), new ValueVector(of));
    node.output().setType(GraphNodes.typeOf(type));
    node.insertBefore(end);
    return node;
  }

  /** The values of a copy of a graph, by those of the graph. */
  static Map<Value, Value> twins(Graph graph, Graph copy) {
    Map<Value, Value> twins = new HashMap<>();
    for (int i = 0; i < graph.inputs().size(); i++) {
      twins.put(graph.inputs().get(i), copy.inputs().get(i));
    }
    List<JitNode> nodes = GraphNodes.of(graph);
    List<JitNode> copies = GraphNodes.of(copy);
    for (int i = 0; i < nodes.size(); i++) {
      for (int o = 0; o < nodes.get(i).outputs().size(); o++) {
        twins.put(nodes.get(i).output(o), copies.get(i).output(o));
      }
    }
    return twins;
  }

  private static TupleElements run(
      FrozenGraph.Compiled compiled, FrozenGraph network, Tensor rows) {
    return compiled.function().apply(network.arguments(rows)).toTupleRef().elements();
  }

  private static List<List<Long>> sizes(TupleElements result) {
    GenericList lists = result.get(0).toList();
    List<List<Long>> found = new ArrayList<>();
    for (long i = 0; i < lists.size(); i++) {
      found.add(Arrays.stream(lists.get(i).toIntVector().get()).boxed().toList());
    }
    return found;
  }
}
