package dev.wwts.internal.rewrite;

import static dev.wwts.internal.rewrite.GraphNodes.constant;
import static dev.wwts.internal.rewrite.GraphNodes.isConstant;
import static dev.wwts.internal.rewrite.GraphNodes.kind;
import static dev.wwts.internal.rewrite.GraphNodes.operand;

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
final class WideAttention implements GraphPass {
  private static final List<String> NARROW = List.of("query", "key", "value");
  private static final String MASK = "attn_mask";

  @Override
  public Stage stage() {
    return Stage.FASTER;
  }

  @Override
  public Change look(Survey survey) {
    if (survey.type() != torch.ScalarType.BFloat16 || OneDnnLayers.in(survey).isEmpty()) {
      return Change.NONE;
    }
    List<JitNode> attentions =
        GraphNodes.of(survey.graph()).stream().filter(WideAttention::isAttention).toList();
    return new Widening(survey.graph(), attentions);
  }

  private static boolean isAttention(JitNode node) {
    return kind(node).equals("aten::scaled_dot_product_attention");
  }

  private record Widening(Graph graph, List<JitNode> attentions) implements Change {
    /** Masks that are computed. */
    @Override
    public List<Value> asked() {
      return attentions.stream()
          .map(node -> operand(node, MASK))
          .filter(GraphNodes::isTensor)
          .toList();
    }

    @Override
    public void apply(Map<Value, Shape> shapes) {
      for (JitNode attention : attentions) {
        torch.ScalarType mask = type(operand(attention, MASK), shapes);
        if (mask != null) {
          NARROW.forEach(name -> widen(attention, name));
          if (mask == torch.ScalarType.BFloat16) {
            widen(attention, MASK);
          }
          narrow(attention);
        }
      }
    }

    /** A mask's type, where it is known; undefined without a mask. */
    private static torch.@Nullable ScalarType type(Value mask, Map<Value, Shape> shapes) {
      if (isConstant(mask)) {
        IValue constant = constant(mask);
        return constant.isTensor()
            ? constant.toTensor().scalar_type().intern()
            : torch.ScalarType.Undefined;
      }
      return shapes.containsKey(mask) ? shapes.get(mask).type() : null;
    }

    private void widen(JitNode attention, String name) {
      Value operand = operand(attention, name);
      JitNode wide = cast(operand, torch.ScalarType.Float);
      wide.insertBefore(attention);
      GraphNodes.replace(attention, name, wide.output());
    }

    private void narrow(JitNode attention) {
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
}
