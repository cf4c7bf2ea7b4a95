package dev.wwts.internal.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.internal.torch.LibTorch;
import dev.wwts.internal.torch.NativeScope;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sums of two parts whose weights add up to 1, as interpolations. */
class SplitAttentionTest {
  /** As timm has it: radix 2, two groups. */
  private static final String TIMM =
      """
      h = x.reshape([x.size(0), 2, 6, 5, 4])
        s = x.mean([2, 3]).view([x.size(0), 2, 2, 3]).transpose(1, 2)
        w = torch.softmax(s, 1).reshape([x.size(0), -1]).view([x.size(0), -1, 1, 1])
        w = w.reshape([x.size(0), 2, 6, 1, 1])
      \
      """;

  @BeforeAll
  static void load() {
    LibTorch.load();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        TIMM + "  return (h * w).sum(1)",
        TIMM + "  return torch.sum(w * h, [1]).relu()",
        "y = x.reshape([x.size(0), 2, 6, 5, 4])\n  return (y * torch.softmax(y, 1)).sum(1)",
      })
  void isAnInterpolation(String body) {
    NativeScope.inference(
        () -> {
          FrozenGraph plain = network(body);
          FrozenGraph merged = merged(plain);
          assertThat(CardRewrites.count(merged, "aten::lerp")).isEqualTo(1);
          for (int batch : new int[] {1, 2, 3}) {
            Tensor x = torch.randn(batch, 12, 5, 4);
            Tensor expected = plain.run(x).toTensor();
            Tensor difference = merged.run(x).toTensor().sub(expected).abs().max();
            // values of about 3, three roundings of float32
            assertThat(difference.item().toDouble()).isLessThan(2e-6);
          }
          return merged;
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // another axis, three parts, weights that do not add up to 1, a kept axis, another type
        TIMM + "  return (h * w).sum(2)",
        TIMM + "  return (h * w).sum([1, 2])",
        TIMM + "  return (h * w).sum(1, True)",
        TIMM + "  return (h * w).sum(1, dtype=6)",
        TIMM + "  return (h * (w * 1.5)).sum(1)",
        TIMM + "  return (h + w).sum(1)",
        "y = x.reshape([x.size(0), 3, 4, 5, 4])\n  return (y * torch.softmax(y, 1)).sum(1)",
        "y = x.reshape([x.size(0), 2, 6, 5, 4])\n  return (y * torch.softmax(y, 2)).sum(1)",
        // the parts change places, or are mixed with others
        "y = x.reshape([x.size(0), 2, 6, 5, 4])\n  w = torch.softmax(y.transpose(1, 2), 1)\n"
            + "  return (y * w.reshape([x.size(0), 2, 6, 5, 4])).sum(1)",
        "y = x.reshape([x.size(0), 4, 3, 5, 4])\n  w = torch.softmax(y, 1)\n"
            + "  return (x.reshape([x.size(0), 2, 6, 5, 4]) * w.reshape([x.size(0), 2, 6, 5, 4])).sum(1)",
        // somebody else reads the product
        TIMM + "  p = h * w\n  return p.sum(1) + p.mean(1)",
        // weights for more than the parts
        "w = torch.softmax(x.reshape([x.size(0), 2, 6, 5, 4]), 1)\n"
            + "  return (x.mean([1, 2, 3]).view([-1, 1, 1, 1, 1]) * w).sum(1)",
        TIMM + "  h.relu_()\n  return (h * w).sum(1)",
      })
  void staysAsItIs(String body) {
    NativeScope.inference(
        () -> {
          FrozenGraph same = merged(network(body));
          assertThat(same.graph().toString()).doesNotContain("aten::lerp");
          return same;
        });
  }

  private static FrozenGraph network(String body) {
    return CardRewrites.network(body, Map.of());
  }

  private static FrozenGraph merged(FrozenGraph plain) {
    return CardRewrites.rewritten(plain, torch.randn(2, 12, 5, 4));
  }
}
