package dev.wwts.internal.torch;

import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.pytorch.CompilationUnit;
import org.bytedeco.pytorch.Function;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Symbol;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.ValueVector;
import org.bytedeco.pytorch.global.torch;

/**
 * One product of random operands: a linear layer with its weight packed, as our networks run it on a
 * CPU, a convolution with channels side by side, or a matrix product on a card.
 *
 * @param operations of one run, two a multiply-add
 */
record Product(double operations, List<Owned<Tensor>> operands, Supplier<Tensor> work)
    implements AutoCloseable {
  /** rows x inner times inner x outer, on a CPU. */
  static Product linear(TensorOptions options, long rows, long inner, long outer) {
    Owned<Tensor> left = random(options, rows, inner);
    Owned<Tensor> right = random(options, outer, inner);
    CompilationUnit functions = new CompilationUnit();
    Owned<Tensor> packed =
        NativeScope.inference(
            () -> new Owned<>(apply(packing(functions, rows), right.get())));
    Function linear = NativeScope.inference(() -> linear(functions));
    return new Product(
        2.0 * rows * inner * outer,
        List.of(left, right, packed),
        () -> apply(linear, left.get(), packed.get()));
  }

  /** 3 x 3, on a side x side picture, as many channels in as out. */
  static Product convolution(TensorOptions options, long channels, long side) {
    Owned<Tensor> input = channelsLast(random(options, 1, channels, side, side));
    Owned<Tensor> weight = channelsLast(random(options, channels, channels, 3, 3));
    long rows = side - 2;
    return new Product(
        2.0 * 9 * channels * channels * rows * rows,
        List.of(input, weight),
        () -> torch.conv2d(input.get(), weight.get()));
  }

  /** Of square matrices, on a card. */
  static Product square(TensorOptions options, long side) {
    Owned<Tensor> left = random(options, side, side);
    Owned<Tensor> right = random(options, side, side);
    return new Product(
        2.0 * side * side * side,
        List.of(left, right),
        () -> torch.mm(left.get(), right.get()));
  }

  private static Owned<Tensor> random(TensorOptions options, long... shape) {
    return NativeScope.inference(
        () -> new Owned<>(new Tensor(torch.empty(shape, options, null).uniform_())));
  }

  private static Owned<Tensor> channelsLast(Owned<Tensor> plain) {
    try (plain) {
      return NativeScope.inference(
          () -> new Owned<>(new Tensor(plain.get().contiguous(torch.MemoryFormat.ChannelsLast))));
    }
  }

  private static Function packing(CompilationUnit functions, long rows) {
    Graph graph = new Graph();
    ValueVector inputs = new ValueVector(graph.addInput("weight"));
    inputs.push_back(graph.insertConstant(new IValue(rows)));
    return function(functions, "pack", graph, "mkldnn::_reorder_linear_weight", inputs);
  }

  private static Function linear(CompilationUnit functions) {
    Graph graph = new Graph();
    ValueVector inputs = new ValueVector(graph.addInput("input"), graph.addInput("weight"));
    inputs.push_back(graph.insertConstant(new IValue()));
    inputs.push_back(graph.insertConstant(new IValue("none")));
    JitNode scalars =
        graph.createList(
            torch
                .parseSchema("wwts::list(Scalar?[] s) -> Tensor")
                .arguments()
                .type()
                .get()
                .containedType(0),
            new ValueVector());
    inputs.push_back(graph.insertNode(scalars).output());
    inputs.push_back(graph.insertConstant(new IValue("")));
    return function(functions, "linear", graph, "mkldnn::_linear_pointwise", inputs);
  }

  private static Function function(
      CompilationUnit functions, String name, Graph graph, String operator, ValueVector inputs) {
    JitNode node = graph.create(Symbol.fromQualString(operator), inputs);
    graph.insertNode(node);
    graph.registerOutput(node.output());
    return functions.create_function(new QualifiedName(name), graph);
  }

  private static Tensor apply(Function function, Tensor... values) {
    IValueVector arguments = new IValueVector();
    for (Tensor value : values) {
      arguments.push_back(new IValue(value));
    }
    return new Tensor(function.apply(arguments).toTensor());
  }

  /** Runs it once. */
  void run() {
    NativeScope.inference(work);
  }

  @Override
  public void close() {
    operands.forEach(Owned::close);
  }
}
