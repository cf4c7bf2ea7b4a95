package dev.wwts.internal.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wwts.internal.torch.LibTorch;
import dev.wwts.internal.torch.NativeScope;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** Layers made oneDNN's: the same answers, whatever is merged into them. */
class OneDnnRewriteTest {
  @Test
  void answersAsBeforeForOneAndManyRowsWithSharedWeights() {
    LibTorch.load();
    NativeScope.inference(
        () -> {
          FrozenGraph plain = module();
          FrozenGraph rewritten = module();
          Rewrites.run(rewritten, torch.ScalarType.Float, torch.zeros(1, 197, 48));

          String graph = rewritten.graph().toString();
          // which of the two is the processor's question: see PixelwiseLinear
          assertThat(graph)
              .containsPattern("mkldnn::_(linear|convolution)_pointwise")
              .doesNotContain("aten::linear", "aten::conv2d");
          for (int rows : new int[] {1, 4, 197}) {
            Tensor x = torch.randn(1, rows, 48);
            Tensor expected = run(plain, x);
            double largest = expected.abs().max().item().toDouble();
            double difference = run(rewritten, x).sub(expected).abs().max().item().toDouble();
            // three sums of 48 float32 products in another order
            assertThat(difference / largest).isLessThan(1e-5);
          }
          return rewritten;
        });
  }

  @Test
  void convolutionsTakeResidualsAndActivationsIn() {
    LibTorch.load();
    NativeScope.inference(
        () -> {
          FrozenGraph plain = convolutions();
          FrozenGraph rewritten = convolutions();
          boolean channelsLast =
              Rewrites.run(rewritten, torch.ScalarType.Float, torch.zeros(1, 8, 14, 14));

          assertThat(channelsLast).isTrue();
          assertThat(rewritten.graph().toString())
              .contains("mkldnn::_convolution_pointwise")
              .doesNotContain("aten::conv2d", "aten::relu", "aten::hardtanh", "aten::silu");
          for (int batch : new int[] {1, 3}) {
            Tensor x = torch.randn(batch, 8, 14, 14);
            assertThat(difference(run(plain, x), run(rewritten, x))).isLessThan(1e-5);
            Tensor lastX = x.contiguous(torch.MemoryFormat.ChannelsLast);
            assertThat(difference(run(plain, x), run(rewritten, lastX))).isLessThan(1e-5);
          }
          return rewritten;
        });
  }

  @Test
  void planesMadeForAPoolingAreLeftOutAndThoseThatSomebodyElseReadsStay() {
    LibTorch.load();
    NativeScope.inference(
        () -> {
          String pooled = "  y = torch.avg_pool2d(x.contiguous(), [3, 3], [2, 2], [1, 1])\n";
          // what is left in any case: the first layer's own input
          poolings(pooled + "  return torch.conv2d(y, self.kernel)\n", 2);
          // a view of what lies channels-last
          poolings(pooled + "  return y.view([x.size(0), -1])\n", 1);
          poolings("  return torch.relu(x).view([x.size(0), -1])\n", 1);
          poolings(pooled + "  return y.flatten(1) + x.contiguous().flatten(1).mean()\n", 2);
          // written over in between
          poolings(
              "  z = x.contiguous()\n  x.mul_(2.0)\n  return torch.avg_pool2d(z, [2, 2])\n", 1);
          poolings("  y = x.view([x.size(0), 8, -1])\n  x.relu_()\n  return y.mean([2])\n", 0);
          // read in a block, where views take what layers give, too
          poolings(
              """
                z = x.contiguous()
                if x.size(0) > 1:
                  y = z.view([x.size(0), -1])
                else:
                  y = z.view([1, -1])
                return y
              """,
              2);
          return "done";
        });
  }

  private static void poolings(String rest, int contiguous) {
    String code =
        "def forward(self, x):\n  x = torch.conv2d(x, self.kernel, None, [1, 1], [1, 1])\n" + rest;
    FrozenGraph plain = pooled(code);
    FrozenGraph rewritten = pooled(code);
    Rewrites.run(rewritten, torch.ScalarType.Float, torch.zeros(1, 8, 14, 14));
    String graph = rewritten.graph().toString();
    assertThat(graph.split("= aten::contiguous", -1)).as(rest).hasSize(contiguous + 1);
    for (int batch : new int[] {1, 3}) {
      Tensor x = torch.randn(batch, 8, 14, 14);
      assertThat(difference(run(plain, x), run(rewritten, x))).as(rest).isLessThan(1e-5);
    }
  }

  private static FrozenGraph pooled(String code) {
    torch.manual_seed(7);
    JitModule module = new JitModule(new QualifiedName("Pooled"));
    module.register_parameter("kernel", torch.randn(8, 8, 3, 3), false);
    module.define(code);
    module.eval();
    return frozen(module);
  }

  @Test
  void sixteenBitsAnswerAsThirtyTwoDoWithinTheirRounding() {
    LibTorch.load();
    assumeTrue(
        PackedWeights.arePossible(torch.ScalarType.BFloat16),
        "skipped: oneDNN has no bfloat16 on this processor");
    NativeScope.inference(
        () -> {
          FrozenGraph plain = convolutions();
          FrozenGraph rewritten = frozen(half(convolutionsUnfrozen()));
          Rewrites.run(
              rewritten,
              torch.ScalarType.BFloat16,
              torch.zeros(1, 8, 14, 14).to(torch.ScalarType.BFloat16));
          Tensor x = torch.randn(2, 8, 14, 14);
          Tensor answer = run(rewritten, x.to(torch.ScalarType.BFloat16));

          assertThat(rewritten.graph().toString()).contains("mkldnn::_convolution_pointwise");
          assertThat(difference(run(plain, x), answer.to(torch.ScalarType.Float))).isLessThan(0.1);
          return rewritten;
        });
  }

  @Test
  void attentionInSixteenBitsIsComputedInThirtyTwo() {
    LibTorch.load();
    assumeTrue(
        PackedWeights.arePossible(torch.ScalarType.BFloat16),
        "skipped: oneDNN has no bfloat16 on this processor");
    NativeScope.inference(
        () -> {
          FrozenGraph plain = frozen(attention());
          FrozenGraph rewritten = frozen(half(attention()));
          Tensor x = torch.randn(1, 2, 9, 16);
          Tensor narrow = x.to(torch.ScalarType.BFloat16);
          Rewrites.run(rewritten, torch.ScalarType.BFloat16, narrow);
          Tensor answer = run(rewritten, narrow);

          assertThat(answer.scalar_type().intern()).isEqualTo(torch.ScalarType.BFloat16);
          assertThat(difference(run(plain, x), answer.to(torch.ScalarType.Float))).isLessThan(0.05);
          return rewritten;
        });
  }

  @Test
  void aSumThatWritesOverAValueSomebodyElseReadsIsLeftAlone() {
    LibTorch.load();
    NativeScope.inference(
        () -> {
          String code =
              """
              def forward(self, x):
                y = torch.conv2d(x, self.a, None, [1, 1], [1, 1])
                z = torch.mul(x, 2.0)
                s = torch.add_(z, y)
                return torch.cat([s, z, torch.relu(y)], 1)
              """;
          FrozenGraph plain = frozen(withWeights(code));
          FrozenGraph rewritten = frozen(withWeights(code));
          Tensor x = torch.randn(1, 8, 14, 14);
          Rewrites.run(rewritten, torch.ScalarType.Float, x);
          assertThat(difference(run(plain, x), run(rewritten, x))).isLessThan(1e-5);
          return rewritten;
        });
  }

  /** The largest difference, as a share of the largest value. */
  private static double difference(Tensor expected, Tensor actual) {
    double largest = expected.abs().max().item().toDouble();
    return actual.sub(expected).abs().max().item().toDouble() / largest;
  }

  private static JitModule half(JitModule module) {
    module.to(torch.ScalarType.BFloat16);
    return module;
  }

  private static FrozenGraph convolutions() {
    return frozen(convolutionsUnfrozen());
  }

  private static JitModule convolutionsUnfrozen() {
    return withWeights(
        """
        def forward(self, x):
          y = torch.relu_(torch.conv2d(x, self.a, None, [1, 1], [1, 1]))
          y = torch.conv2d(y, self.a, None, [1, 1], [1, 1])
          x = torch.relu(torch.add_(y, x))
          x = torch.hardtanh(torch.conv2d(x, self.grouped, None, [2, 2], [1, 1], [1, 1], 4), 0., 6.)
          x = torch.add(x, torch.silu(torch.conv2d(x, self.a, None, [1, 1], [2, 2], [2, 2])))
          return torch.sigmoid(torch.conv2d(x, self.one))
        """);
  }

  private static JitModule attention() {
    JitModule module =
        withWeights(
            """
            def forward(self, x):
              q = torch.gelu(torch.linear(x, self.square))
              y = torch.scaled_dot_product_attention(q, torch.linear(x, self.square), x)
              return torch.add(x, torch.linear(y, self.square))
            """);
    return module;
  }

  private static JitModule withWeights(String forward) {
    torch.manual_seed(7);
    JitModule module = new JitModule(new QualifiedName("Convolutions"));
    module.register_parameter("a", torch.randn(8, 8, 3, 3).mul_(new Scalar(0.2)), false);
    module.register_parameter("grouped", torch.randn(8, 2, 3, 3).mul_(new Scalar(0.4)), false);
    module.register_parameter("one", torch.randn(5, 8, 1, 1), false);
    module.register_parameter("square", torch.randn(16, 16).mul_(new Scalar(0.3)), false);
    module.define(forward);
    module.eval();
    return module;
  }

  private static FrozenGraph frozen(JitModule module) {
    return FrozenGraph.of(torch.freeze(module));
  }

  private static Tensor run(FrozenGraph network, Tensor x) {
    return new Tensor(network.copy().run(x).toTensor());
  }

  private static FrozenGraph module() {
    torch.manual_seed(7);
    JitModule module = new JitModule(new QualifiedName("Layers"));
    module.register_parameter("a", torch.randn(48, 48), false);
    module.register_parameter("b", torch.randn(10, 48), false);
    module.define(
        """
        def forward(self, x):
          y = torch.linear(torch.linear(x, self.a), self.a)
          return torch.linear(torch.relu(y), self.b)
        """);
    module.eval();
    return frozen(module);
  }
}
