package dev.wwts.internal.rewrite;

import static dev.wwts.internal.rewrite.GraphNodes.isConstant;
import static dev.wwts.internal.rewrite.GraphNodes.kind;

import dev.wwts.internal.rewrite.ExampleShapes.Shape;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Symbol;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.ValueVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Computes a bfloat16 graph's attention in 32 bits: LibTorch multiplies bfloat16 by a loop of its
 * own where there is no MKL, which takes longer than converting.
 *
 * <pre>
 * a = scaled_dot_product_attention(q, k, v, mask)   ->   a = to(scaled_dot_product_attention(
 *                                                            to(q, float), to(k, float), …), bfloat16)
 * </pre>
 */
final class WideAttention {
  private static final int QUERY_KEY_VALUE = 3;
  private static final int MASK = 3;

  private final Graph graph;
  private final List<JitNode> attentions;

  /** Makes one whose constants go where the graph's insert point is. */
  WideAttention(Graph graph, torch.ScalarType type) {
    this.graph = graph;
    this.attentions =
        type == torch.ScalarType.BFloat16
            ? GraphNodes.of(graph).stream().filter(WideAttention::isAttention).toList()
            : List.of();
  }

  private static boolean isAttention(JitNode node) {
    return kind(node).equals("aten::scaled_dot_product_attention");
  }

  /** What it has to know of shapes: masks that are computed. */
  List<Value> asked() {
    return attentions.stream().map(node -> node.input(MASK)).filter(GraphNodes::isTensor).toList();
  }

  void run(Map<Value, Shape> shapes) {
    for (JitNode attention : attentions) {
      torch.ScalarType mask = type(attention.input(MASK), shapes);
      if (mask != null) {
        widen(attention, mask == torch.ScalarType.BFloat16 ? MASK + 1 : QUERY_KEY_VALUE);
      }
    }
  }

  /** A mask's type, where it is known; undefined without a mask. */
  private static torch.@Nullable ScalarType type(Value mask, Map<Value, Shape> shapes) {
    if (isConstant(mask)) {
      IValue constant = torch.toIValue(mask).get();
      return constant.isTensor()
          ? constant.toTensor().scalar_type().intern()
          : torch.ScalarType.Undefined;
    }
    return shapes.containsKey(mask) ? shapes.get(mask).type() : null;
  }

  private void widen(JitNode attention, int inputs) {
    for (int i = 0; i < inputs; i++) {
      JitNode wide = cast(attention.input(i), torch.ScalarType.Float);
      wide.insertBefore(attention);
      attention.replaceInput(i, wide.output());
    }
    Value result = attention.output();
    JitNode narrow = cast(result, torch.ScalarType.BFloat16);
    narrow.insertAfter(attention);
    result.replaceAllUsesAfterNodeWith(narrow, narrow.output());
  }

  private JitNode cast(Value value, torch.ScalarType to) {
    Value no = graph.insertConstant(new IValue(false));
    Value dtype = graph.insertConstant(new IValue((long) to.value));
    return graph.create(
        Symbol.fromQualString("aten::to"),
        new ValueVector(value, dtype, no, no, graph.insertConstant(new IValue())));
  }
}
