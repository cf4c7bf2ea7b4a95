package dev.wwts.internal.rewrite;

import static dev.wwts.internal.rewrite.GraphNodes.constant;

import dev.wwts.internal.torch.NativeScope;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.pytorch.CompilationUnit;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Symbol;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.ValueVector;
import org.bytedeco.pytorch.global.torch;

/** Weights in the order in which oneDNN reads them, as constants of a graph. */
public final class PackedWeights {
  private final Graph graph;
  private final JitNode first;
  private final CompilationUnit packing = new CompilationUnit();

  /** By constant and shape of use: layers may share a weight. */
  private final Map<String, JitNode> packed = new HashMap<>();

  /** Makes one that puts its constants before {@code first}. */
  PackedWeights(Graph graph, JitNode first) {
    this.graph = graph;
    this.first = first;
  }

  /** Whether oneDNN packs weights of a type here: bfloat16 asks for AVX-512 or newer of x86. */
  public static boolean arePossible(torch.ScalarType type) {
    return type == torch.ScalarType.Float || Narrow.PACKED;
  }

  /** Tried once; the holder's class initialisation is the lock. */
  private static final class Narrow {
    static final boolean PACKED = tried();

    private Narrow() {}

    private static boolean tried() {
      return NativeScope.inference(
          () -> {
            Tensor weight = torch.zeros(16, 16).to(torch.ScalarType.BFloat16);
            try {
              pack(
                  new CompilationUnit(),
                  "tried",
                  weight,
                  "mkldnn::_reorder_linear_weight",
                  single -> new ValueVector(single.insertConstant(new IValue(1))));
              return true;
            } catch (RuntimeException e) {
              return false;
            }
          });
    }
  }

  /** The node of a linear layer's weight, packed for inputs of a shape. */
  JitNode linear(Layer layer, long[] input) {
    long rows = 1;
    for (int i = 0; i < input.length - 1; i++) {
      rows *= input[i];
    }
    long batch = rows;
    return packed(
        layer,
        "linear " + rows,
        "mkldnn::_reorder_linear_weight",
        single -> new ValueVector(single.insertConstant(new IValue(batch))));
  }

  /** The node of a convolution's weight, packed for inputs of a shape. */
  JitNode convolution(Layer layer, long[] input) {
    return packed(
        layer,
        "convolution "
            + Arrays.toString(input)
            + layer.stride().unique()
            + " "
            + layer.padding().unique()
            + " "
            + layer.dilation().unique(),
        "mkldnn::_reorder_convolution_weight",
        single ->
            new ValueVector(
                single.insertConstant(constant(layer.padding())),
                single.insertConstant(constant(layer.stride())),
                single.insertConstant(constant(layer.dilation())),
                single.insertConstant(constant(layer.groups())),
                integers(single, input)));
  }

  private JitNode packed(
      Layer layer, String use, String operator, Function<Graph, ValueVector> settings) {
    Value plain = layer.weight();
    return packed.computeIfAbsent(
        plain.unique() + " " + use,
        key -> {
          Tensor weight = constant(plain).toTensor();
          JitNode node = graph.create(Symbol.fromQualString("prim::ConstantMKLDNNTensor"));
          String name = "pack" + packed.size();
          node.t_(Symbol.attr("value"), pack(packing, name, weight, operator, settings));
          node.insertBefore(first);
          return node;
        });
  }

  private static Value integers(Graph graph, long[] values) {
    ValueVector constants = new ValueVector();
    for (long value : values) {
      constants.push_back(graph.insertConstant(new IValue(value)));
    }
    return graph.insertNode(graph.createList(GraphNodes.elementOf("int[]"), constants)).output();
  }

  /** Runs a packing operator, which has no other way in than a graph of its own. */
  private static Tensor pack(
      CompilationUnit packing,
      String name,
      Tensor weight,
      String operator,
      Function<Graph, ValueVector> settings) {
    Graph single = new Graph();
    ValueVector inputs = new ValueVector(single.addInput("weight"));
    ValueVector rest = settings.apply(single);
    for (long i = 0; i < rest.size(); i++) {
      inputs.push_back(rest.get(i));
    }
    JitNode reorder = single.create(Symbol.fromQualString(operator), inputs);
    single.insertNode(reorder);
    single.registerOutput(reorder.output());
    return packing
        .create_function(new QualifiedName(name), single)
        .apply(new IValueVector(new IValue(weight)))
        .toTensor();
  }
}
