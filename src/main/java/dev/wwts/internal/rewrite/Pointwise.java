package dev.wwts.internal.rewrite;

import static dev.wwts.internal.rewrite.GraphNodes.constant;
import static dev.wwts.internal.rewrite.GraphNodes.isConstant;
import static dev.wwts.internal.rewrite.GraphNodes.kind;
import static dev.wwts.internal.rewrite.GraphNodes.operand;

import java.util.List;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Value;
import org.jspecify.annotations.Nullable;

/**
 * A function of single values that oneDNN applies to a layer's result, by its operators' names.
 *
 * @param algorithm of GELU; empty for all others
 */
record Pointwise(String name, List<Double> scalars, String algorithm) {
  /** What a node of a graph does; null where oneDNN's operators don't know it. */
  static @Nullable Pointwise of(JitNode node) {
    String kind = kind(node);
    String plain = kind.endsWith("_") ? kind.substring(0, kind.length() - 1) : kind;
    return switch (plain) {
      case "aten::relu" -> named("relu");
      case "aten::sigmoid" -> named("sigmoid");
      case "aten::tanh" -> named("tanh");
      case "aten::silu" -> named("swish");
      case "aten::hardswish" -> named("hardswish");
      case "aten::relu6" -> new Pointwise("hardtanh", List.of(0.0, 6.0), "");
      case "aten::hardtanh" -> hardtanh(node);
      case "aten::gelu" -> gelu(node);
      default -> null;
    };
  }

  private static Pointwise named(String name) {
    return new Pointwise(name, List.of(), "");
  }

  private static @Nullable Pointwise hardtanh(JitNode node) {
    Value least = operand(node, "min_val");
    Value most = operand(node, "max_val");
    return isConstant(least) && isConstant(most)
        ? new Pointwise("hardtanh", List.of(number(least), number(most)), "")
        : null;
  }

  private static double number(Value constant) {
    IValue value = constant(constant);
    return value.isInt() ? value.toInt() : value.toDouble();
  }

  private static @Nullable Pointwise gelu(JitNode node) {
    Value algorithm = operand(node, "approximate");
    return isConstant(algorithm)
        ? new Pointwise("gelu", List.of(), constant(algorithm).toStringRef().getString())
        : null;
  }
}
