package dev.wwts.torch;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** Sums over one axis, said otherwise: the same answers, and only where they are the same. */
class AxisSumsTest {
  /** Split attention as timm's ResNeSt traces it, with a radix of two or three. */
  private static final String SPLIT_ATTENTION =
      """
      def forward(self, x):
        x = torch.relu(torch.conv2d(x, self.%1$s, None, [1, 1], [1, 1]))
        n = x.size(0)
        r = x.reshape([n, %2$d, 4, x.size(2), x.size(3)])
        gap = torch.mean(torch.sum(r, [1]), [2, 3], True)
        a = torch.conv2d(gap, self.%3$s)
        a = torch.softmax(a.view([n, 1, %2$d, -1]).transpose(1, 2), 1).reshape([n, -1])
        a = a.view([n, -1, 1, 1]).reshape([n, %2$d, 4, 1, 1])
        return torch.sum(torch.mul(r, a), [1]).contiguous()
      """;

  @Test
  void splitAttentionAnswersAsBeforeForEveryBatchAndLayout() {
    inference(
        () -> {
          splitAttention("eight", 2, "eightOfFour", torch.ScalarType.Float, 1e-5);
          splitAttention("twelve", 3, "twelveOfFour", torch.ScalarType.Float, 1e-5);
          // three roundings to eight bits of mantissa
          splitAttention("eight", 2, "eightOfFour", torch.ScalarType.BFloat16, 0.03);
        });
  }

  private static void splitAttention(
      String weight, int radix, String attention, torch.ScalarType type, double allowed) {
    String code = SPLIT_ATTENTION.formatted(weight, radix, attention);
    JitModule plain = frozen(code, torch.ScalarType.Float);
    JitModule rewritten = frozen(code, type);
    AxisSums.run(rewritten);
    assertThat(graph(rewritten)).contains("aten::mean(%r.1", "aten::addcmul");

    // oneDNN packs sixteen bits only on processors that have instructions for them
    JitModule packed = frozen(code, torch.ScalarType.Float);
    AxisSums.run(packed);
    OneDnnRewrite.run(packed, torch.ScalarType.Float, torch.zeros(1, 8, 9, 7));
    for (int batch : new int[] {1, 3}) {
      Tensor x = torch.randn(batch, 8, 9, 7);
      Tensor expected = run(plain, x);
      Tensor narrow = x.to(type);
      Tensor last = narrow.contiguous(torch.MemoryFormat.ChannelsLast);
      assertThat(difference(expected, run(rewritten, narrow))).isLessThan(allowed);
      assertThat(difference(expected, run(rewritten, last))).isLessThan(allowed);
      assertThat(difference(expected, run(packed, last.to(torch.ScalarType.Float))))
          .isLessThan(allowed);
    }
  }

  @Test
  void aMeanMayDropItsAxesOnBothSidesOfTheSums() {
    inference(
        () -> {
          for (String mean :
              new String[] {"[0], False", "[0, 2], False", "[0, 2], True", "[1], True"}) {
            String code =
                "def forward(self, x):\n  return torch.mean(torch.sum(x, [1]), " + mean + ")\n";
            JitModule plain = frozen(code, torch.ScalarType.Float);
            JitModule rewritten = frozen(code, torch.ScalarType.Float);
            AxisSums.run(rewritten);
            assertThat(graph(rewritten)).isNotEqualTo(graph(plain));
            Tensor x = torch.randn(2, 8, 9, 7);
            assertThat(run(rewritten, x).sizes().vec().get())
                .isEqualTo(run(plain, x).sizes().vec().get());
            assertThat(difference(run(plain, x), run(rewritten, x))).isLessThan(1e-5);
          }
        });
  }

  @Test
  void whateverIsNotExactlyThatStaysAsItIs() {
    inference(
        () -> {
          String r = "  r = torch.relu(torch.conv2d(x, self.eight)).reshape([-1, 2, 4, 9, 5])\n";
          for (String rest :
              new String[] {
                // other ranks, whose axes are not each other's
                "  return torch.sum(torch.mul(r, x.reshape([2, 2, 1, 45])), [1])\n",
                // a length that is the batch's
                "  b = x.reshape([-1, 2, 4, 9, 5])\n  return torch.sum(torch.mul(b, r), [0])\n",
                // axes from behind, or kept
                "  return torch.sum(torch.mul(r, r), [-4])\n",
                "  return torch.sum(torch.mul(r, r), [1], True)\n",
                "  return torch.mean(torch.sum(r, [1]), [-1])\n",
                // a product or a sum that somebody else reads
                "  p = torch.mul(r, r)\n  return torch.cat([torch.sum(p, [1]).unsqueeze(1), p], 1)\n",
                "  s = torch.sum(r, [1])\n  return torch.add(torch.mean(s, [2, 3], True), s)\n",
                // integers, whose sum is of 64 bits
                "  i = x.to(3).reshape([-1, 2, 4, 9, 7])\n  return torch.sum(torch.mul(i, i), [1])\n",
              }) {
            String code = "def forward(self, x):\n" + (rest.contains("x.to(3)") ? "" : r) + rest;
            JitModule module = frozen(code, torch.ScalarType.Float);
            String before = graph(module);
            AxisSums.run(module);
            assertThat(graph(module)).isEqualTo(before);
          }
        });
  }

  private static void inference(Runnable work) {
    LibTorch.load();
    NativeScope.inference(
        () -> {
          work.run();
          return "done";
        });
  }

  private static JitModule frozen(String forward, torch.ScalarType type) {
    torch.manual_seed(7);
    JitModule module = new JitModule(new QualifiedName("Sums"));
    module.register_parameter("eight", weight(8, 8, 3), false);
    module.register_parameter("twelve", weight(12, 8, 3), false);
    module.register_parameter("eightOfFour", weight(8, 4, 1), false);
    module.register_parameter("twelveOfFour", weight(12, 4, 1), false);
    module.define(forward);
    module.to(type);
    module.eval();
    return torch.freeze(module);
  }

  private static Tensor weight(int out, int in, int side) {
    return torch.randn(out, in, side, side).mul_(new Scalar(0.2));
  }

  private static String graph(JitModule module) {
    return module.get_method("forward").graph().toString();
  }

  private static Tensor run(JitModule module, Tensor x) {
    return new Tensor(module.forward(new IValueVector(new IValue(x))).toTensor());
  }

  /** The largest difference, as a share of the largest value. */
  private static double difference(Tensor expected, Tensor actual) {
    double largest = expected.abs().max().item().toDouble();
    Tensor wide = actual.to(torch.ScalarType.Float);
    return wide.sub(expected).abs().max().item().toDouble() / largest;
  }
}
