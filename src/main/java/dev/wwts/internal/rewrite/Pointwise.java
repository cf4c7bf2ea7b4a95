package dev.wwts.internal.rewrite;

import java.util.List;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A function of single values that oneDNN applies to a layer's result, by its operators' names.
 *
 * @param algorithm of GELU; empty for all others
 */
record Pointwise(String name, List<Double> scalars, String algorithm) {
  /** What a node of a graph does; null where oneDNN's operators don't know it. */
  static @Nullable Pointwise of(JitNode node) {
    String kind = node.kind().toQualString().getString();
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
    if (!torch.toIValue(node.input(1)).has_value() || !torch.toIValue(node.input(2)).has_value()) {
      return null;
    }
    return new Pointwise("hardtanh", List.of(number(node, 1), number(node, 2)), "");
  }

  private static double number(JitNode node, int input) {
    IValue value = torch.toIValue(node.input(input)).get();
    return value.isInt() ? value.toInt() : value.toDouble();
  }

  private static @Nullable Pointwise gelu(JitNode node) {
    return torch.toIValue(node.input(1)).has_value()
        ? new Pointwise(
            "gelu", List.of(), torch.toIValue(node.input(1)).get().toStringRef().getString())
        : null;
  }
}
