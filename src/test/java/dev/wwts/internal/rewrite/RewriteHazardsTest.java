package dev.wwts.internal.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wwts.internal.torch.LibTorch;
import dev.wwts.internal.torch.NativeScope;
import java.util.stream.Stream;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Graphs whose layers can't be moved, merged or laid out otherwise as the simplest ones can. */
class RewriteHazardsTest {
  /** Sums of some hundred float32 products in another order. */
  private static final double ROUNDING = 1e-5;

  /** Two layers of bfloat16, whose values are 2^-9 apart from what they stand for. */
  private static final double HALF_ROUNDING = 0.05;

  @BeforeAll
  static void load() {
    LibTorch.load();
  }

  /** Bodies of forward, in which y is what the first convolution gave for x. */
  static Stream<String> hazards() {
    return Stream.of(
        // a part of what is read later is written over: through split, chunk, slices, other views
        "a, b = y.chunk(2, 1)\na.add_(torch.conv2d(b, self.half))\nreturn torch.cat([y, a], 1)",
        "a, b = y.split([4, 4], 1)\nb.mul_(a)\nreturn torch.conv2d(y, self.one)",
        "z = y[:, 2:6]\nz.add_(1.0)\nreturn torch.conv2d(y, self.one)",
        "z = y.select(1, 3)\nz.relu_()\nreturn torch.conv2d(y, self.one)",
        "z = y.narrow(1, 0, 4)\nz.copy_(z * 2.0)\nreturn torch.conv2d(y, self.one)",
        "z = y.transpose(2, 3)\nz.mul_(z)\nreturn torch.conv2d(y, self.one)",
        "z = y.detach()\nz.hardtanh_(0.0, 0.5)\nreturn torch.conv2d(y, self.one)",
        "z = y.unsqueeze(0)\nz.sigmoid_()\nreturn torch.conv2d(y, self.one)",
        "z = x.expand([x.size(0), 8, 9, 9])\ny.add_(z)\nreturn torch.cat([y, z], 1)",
        "z = y.view([y.size(0), 2, -1])\nz[:, 0].zero_()\nreturn torch.conv2d(y, self.one)",
        "z = y.flatten(2)\nz[:, :, 3:9] = 1.0\nreturn torch.conv2d(y, self.one)",
        // the result of a layer is read again after it was written over
        "z = y.relu_()\nreturn torch.cat([y, z], 1)",
        "z = torch.conv2d(x, self.full, None, [1, 1], [1, 1])\ny.add_(z)\nreturn torch.cat([y, z], 1)",
        "z = x * 2.0\ns = z.add_(y)\nreturn torch.cat([s, z, torch.relu(y)], 1)",
        // written over without an underscore
        "z = torch.conv2d(y, self.full, None, [1, 1], [1, 1])\ntorch.mul(y, 3, out=y)\nreturn z + y",
        "z = torch.relu(torch.conv2d(y, self.full, None, [1, 1], [1, 1]))\ntorch.add(z, 1, out=z)\nreturn torch.conv2d(z, self.one)",
        // planes are made before their source is written over
        "z = y.transpose(2, 3).contiguous()\ny.mul_(0.0)\nreturn torch.conv2d(z, self.one)",
        "z = y.contiguous()\nx.add_(1.0)\nreturn torch.conv2d(z, self.one) + x.mean()",
        "z = x.contiguous()\nx.mul_(2.0)\nreturn torch.conv2d(z, self.full) + x.mean()",
        // strides are asked for
        "z = torch.as_strided(y, [y.size(0), 8, 4, 4], [648, 81, 9, 1])\nreturn torch.conv2d(z, self.one)",
        "if y.stride(1) == 81:\n  y = y * 2.0\nreturn torch.conv2d(y, self.one)",
        "if y.is_contiguous():\n  y = y * 2.0\nreturn torch.conv2d(y, self.one)",
        "z = torch.view_as_complex(y.view([y.size(0), 4, 2, 9, 9]).permute([0, 1, 3, 4, 2]).contiguous())\nreturn torch.conv2d(torch.view_as_real(z)[..., 0], self.half)",
        // functions that oneDNN does not merge with a sum
        "return torch.silu(torch.conv2d(y, self.full, None, [1, 1], [1, 1]) + x)",
        "return torch.gelu(x + torch.conv2d(y, self.full, None, [1, 1], [1, 1]))",
        "return torch.hardtanh(torch.conv2d(y, self.full, None, [1, 1], [1, 1]) + x, 0., 6.)",
        // groups, and one channel a group
        "return torch.relu(torch.conv2d(y, self.deep, None, [1, 1], [1, 1], [1, 1], 8) + y)",
        "return torch.relu(torch.conv2d(y, self.grouped, None, [1, 1], [1, 1], [1, 1], 4) + x)",
        // sums with another type, another shape, the same shape by chance
        "return torch.conv2d(y, self.full, None, [1, 1], [1, 1]) + (x > 0)",
        "return torch.conv2d(y, self.full, None, [1, 1], [1, 1]) + x.to(7)",
        "return torch.conv2d(y, self.full, None, [1, 1], [1, 1]) + self.table * 2.0",
        "return torch.conv2d(y, self.full, None, [1, 1], [1, 1]) + x[0:1]",
        "return torch.linear(y, self.square) + self.table * 2.0",
        "return torch.linear(y, self.square) + y.mean([1], True)",
        "return torch.add(torch.conv2d(y, self.full, None, [1, 1], [1, 1]), x, alpha=2)",
        // biases that do not lie in memory as oneDNN reads them: strides, fewer or more numbers
        "return torch.conv2d(y, self.full, self.table[0, :, 0, 0], [1, 1], [1, 1])",
        "return torch.conv2d(y, self.full, self.table[0, 0, 0, :1].expand([8]), [1, 1], [1, 1])",
        "return torch.linear(y, self.square, self.square[:, 0])",
        "return torch.linear(y, self.square, self.square[0, :1].expand([9]))",
        "return torch.linear(y, self.square, self.square[0, :1])",
        "return torch.linear(y, self.square, self.square[:1])",
        "return torch.linear(y, self.square, self.square)",
        "return torch.linear(y, self.square, self.square[0, 0])",
        // shapes, types and axes that a branch chooses, for batches that no example has
        "r = self.table.expand([x.size(0), 8, 9, 9])\nif x.size(0) > 2:\n  r = self.table * 1.0\nreturn torch.conv2d(y, self.full, None, [1, 1], [1, 1]) + r",
        "r = self.table.expand([x.size(0), 8, 9, 9])\nif x.size(0) > 2:\n  r = self.table * 1.0\nreturn torch.linear(y, self.square) + r",
        "r = x\nif x.size(0) > 2:\n  r = x.to(7)\nreturn torch.relu((torch.conv2d(y, self.full, None, [1, 1], [1, 1]) + r).to(6))",
        "r = x\nif x.size(0) > 2:\n  r = y[:, :1, :1]\nr = r * 2.0\nreturn torch.relu(torch.conv2d(y, self.full, None, [1, 1], [1, 1]) + r)",
        "r = x\nif x.size(0) > 2:\n  r = x.to(7)\nreturn torch.relu((torch.linear(y, self.square) + r).to(6))",
        "r = x\nif x.size(0) > 2:\n  r = x.to(4)\nreturn torch.relu((torch.linear(y, self.square) + r).to(6))",
        "r = x\nif x.size(0) > 2:\n  r = x.to(3)\nreturn torch.relu((torch.conv2d(y, self.full, None, [1, 1], [1, 1]) + r).to(6))",
        "r = y\nif x.size(0) > 2:\n  r = y[:, :, 0]\nreturn torch.linear(r, self.square).mean(-1).flatten(1)[:, :2]",
        // pictures and rows without a batch's axis
        "return torch.conv2d(y[0], self.one).unsqueeze(0) + y.mean()",
        "return torch.linear(y[0, 0, 0], self.square) + y.mean()",
        // types of the graph's own
        "return torch.linear(y.to(7), self.square.to(7)).to(6)",
        "return torch.linear(y.to(15), self.square.to(15)).to(6)",
        // blocks
        "for i in range(2):\n  y = torch.conv2d(y, self.full, None, [1, 1], [1, 1]).relu_()\nreturn y",
        "if y.size(0) > 1:\n  y.add_(1.0)\nreturn torch.conv2d(y, self.one)",
        "if y.size(0) > 1:\n  z = y.view([y.size(0), -1])\nelse:\n  z = y.reshape([1, -1])\nreturn z",
        "l = [y]\nfor i in range(2):\n  l.append(torch.relu(l[i]))\nl[0].mul_(2.0)\nreturn torch.cat(l, 1)");
  }

  @ParameterizedTest
  @MethodSource("hazards")
  void theRewrittenGraphAnswersAsThePlainOne(String body) {
    NativeScope.inference(
        () -> {
          FrozenGraph plain = module(body);
          FrozenGraph rewritten = module(body);
          // of a size that the graphs take for granted
          boolean channelsLast =
              Rewrites.run(rewritten, torch.ScalarType.Float, torch.zeros(1, 8, 9, 9));
          for (int batch : new int[] {1, 2, 3}) {
            Tensor x = torch.randn(batch, 8, 9, 9);
            Tensor laid = channelsLast ? x.contiguous(torch.MemoryFormat.ChannelsLast) : x;
            assertThat(difference(answer(plain, x), answer(rewritten, laid)))
                .as("a batch of %d", batch)
                .isLessThan(ROUNDING);
          }
          return body;
        });
  }

  @ParameterizedTest
  @MethodSource("hazards")
  void inSixteenBitsItAnswersAsThePlainOneOrFailsAsItDoes(String body) {
    assumeTrue(
        PackedWeights.arePossible(torch.ScalarType.BFloat16),
        "skipped: oneDNN has no bfloat16 on this processor");
    NativeScope.inference(
        () -> {
          FrozenGraph plain = half(module(body));
          FrozenGraph rewritten = half(module(body));
          Tensor x = torch.randn(2, 8, 9, 9).to(torch.ScalarType.BFloat16);
          Tensor expected;
          try {
            expected = answer(plain, x);
          } catch (RuntimeException e) {
            return body;
          }
          Rewrites.run(
              rewritten,
              torch.ScalarType.BFloat16,
              torch.zeros(new long[] {1, 8, 9, 9}, new TensorOptions(torch.ScalarType.BFloat16)));
          assertThat(difference(expected, answer(rewritten, x))).isLessThan(HALF_ROUNDING);
          return body;
        });
  }

  private static FrozenGraph half(FrozenGraph frozen) {
    Passes.PROCESSOR.place(frozen, Destination.processor(torch.ScalarType.BFloat16));
    return frozen;
  }

  /** As a share of the largest value. */
  private static double difference(Tensor expected, Tensor actual) {
    Tensor wide = expected.to(torch.ScalarType.Double);
    assertThat(actual.scalar_type().intern()).isEqualTo(expected.scalar_type().intern());
    double largest = wide.abs().max().item().toDouble();
    double difference = actual.to(torch.ScalarType.Double).sub(wide).abs().max().item().toDouble();
    return difference / largest;
  }

  /** Of a copy, as networks may write over their input. */
  private static Tensor answer(FrozenGraph network, Tensor x) {
    return new Tensor(network.copy().run(x.clone()).toTensor());
  }

  private static FrozenGraph module(String body) {
    torch.manual_seed(7);
    JitModule module = new JitModule(new QualifiedName("__torch__.Hazard"));
    weight(module, "full", 8, 8, 3, 3);
    weight(module, "half", 4, 4, 1, 1);
    weight(module, "one", 5, 8, 1, 1);
    weight(module, "deep", 8, 1, 3, 3);
    weight(module, "grouped", 8, 2, 3, 3);
    weight(module, "square", 9, 9);
    weight(module, "table", 1, 8, 9, 9);
    module.define(
        "def forward(self, x, scale: float=1.0, mask: Optional[Tensor]=None):\n"
            + "  y = torch.conv2d(x, self.full, None, [1, 1], [1, 1])\n"
            + body.indent(2));
    module.eval();
    return FrozenGraph.of(torch.freeze(module));
  }

  private static void weight(JitModule module, String name, long... sizes) {
    module.register_parameter(name, torch.randn(sizes).mul_(new Scalar(0.2)), false);
  }
}
