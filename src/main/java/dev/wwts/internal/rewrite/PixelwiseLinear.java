package dev.wwts.internal.rewrite;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Symbol;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.ValueVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Says a linear layer over many rows as a convolution of 1 x 1 pixels: rows are pixels, and a row's
 * values their channels, side by side as they are. oneDNN has other loops for it, which are faster
 * on processors without AVX-512: 10.6 ms beside 13.3 for the 768 x 3072 layer of a ViT-B/16 (197
 * rows, 1 thread, AVX2, LibTorch 2.13). Its GELU, which LibTorch then computes by itself, takes 0.5
 * ms instead of 4.4 behind oneDNN's product.
 *
 * <pre>
 * y = linear(x, w, b)   # N x rows x C   ->   p = permute(unsqueeze(x, 0), [0, 3, 1, 2])
 *                                             c = conv2d(p, w as 1 x 1 kernels, b, 1, 0, 1, 1)
 *                                             y = squeeze(permute(c, [0, 2, 3, 1]), 0)
 * </pre>
 */
final class PixelwiseLinear {
  /** With few rows the weights' way through the memory is the cost, whoever multiplies. */
  private static final long LEAST_ROWS = 32;

  private static final int MOST_DIMENSIONS = 4;

  private final Graph graph;

  /** Weights as 1 x 1 kernels by the plain ones' numbers: layers may share a weight. */
  private final Map<Long, Value> kernels = new HashMap<>();

  /** What stands for a linear layer. */
  record Replaced(JitNode convolution, Value result) {}

  /** Makes one whose constants go where the graph's insert point is. */
  PixelwiseLinear(Graph graph) {
    this.graph = graph;
  }

  /** Whether it is faster here, for an input of a shape. */
  static boolean pays(torch.ScalarType type, long[] shape) {
    long rows = 1;
    for (int i = 0; i < shape.length - 1; i++) {
      rows *= shape[i];
    }
    return type == torch.ScalarType.Float
        && rows >= LEAST_ROWS
        && shape.length <= MOST_DIMENSIONS
        && torch.get_cpu_capability().getString().equals("AVX2");
  }

  /** N x C x H x W of a linear layer's input. */
  static long[] pixels(long[] shape) {
    long[] pixels = {1, shape[shape.length - 1], 1, 1};
    for (int i = shape.length - 2, at = 3; i >= 0; i--, at--) {
      pixels[at == 1 ? 0 : at] = shape[i];
    }
    return pixels;
  }

  /**
   * Puts the convolution before a layer, and what it gives in the layer's place.
   *
   * @param dimensions of the layer's input
   * @return the convolution, and what stands for the layer's result
   */
  Replaced replace(Layer linear, int dimensions) {
    JitNode layer = linear.node();
    Value rows = linear.input();
    for (int i = dimensions; i < MOST_DIMENSIONS; i++) {
      rows = GraphNodes.insert(graph, "aten::unsqueeze", layer, rows, constant(new IValue(0L)));
    }
    Value input = GraphNodes.insert(graph, "aten::permute", layer, rows, list(0, 3, 1, 2));
    JitNode convolution =
        graph.create(
            Symbol.fromQualString("aten::conv2d"),
            new ValueVector(
                input,
                kernel(linear.weight()),
                linear.bias(),
                list(1, 1),
                list(0, 0),
                list(1, 1),
                constant(new IValue(1L))));
    convolution.insertBefore(layer);
    Value result =
        GraphNodes.insert(graph, "aten::permute", layer, convolution.output(), list(0, 2, 3, 1));
    for (int i = dimensions; i < MOST_DIMENSIONS; i++) {
      result = GraphNodes.insert(graph, "aten::squeeze", layer, result, constant(new IValue(0L)));
    }
    layer.output().replaceAllUsesWith(result);
    return new Replaced(convolution, result);
  }

  private Value kernel(Value weight) {
    return kernels.computeIfAbsent(
        weight.unique(),
        key -> {
          Tensor plain = GraphNodes.constant(weight).toTensor();
          return constant(new IValue(plain.unsqueeze(-1).unsqueeze(-1)));
        });
  }

  private Value list(long... values) {
    GenericList list = new GenericList(GraphNodes.elementOf("int[]"));
    for (long value : values) {
      list.push_back(new IValue(value));
    }
    return constant(new IValue(list));
  }

  private Value constant(IValue value) {
    return graph.insertConstant(value);
  }
}
