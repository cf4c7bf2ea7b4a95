package dev.wwts.internal.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.internal.torch.LibTorch;
import dev.wwts.internal.torch.NativeScope;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes one call of cuDNN's. */
class FusedConvolutionTest {
  private static final String CONVOLUTION =
      "torch.conv2d(x, self.w, self.b, [1, 1], [1, 1], [1, 1], 2)";

  @BeforeAll
  static void load() {
    LibTorch.load();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "return torch.relu_(" + CONVOLUTION + ")",
        "return torch.relu(torch.conv2d(x, self.w, None, [2, 1], [1, 2], [1, 2], 2))",
        "return torch.relu(" + CONVOLUTION + " + x)",
        "return torch.relu_(" + CONVOLUTION + ".add_(x))",
        // written over x's twin, which nobody else reads
        "z = torch.sigmoid(x)\n  return torch.relu_(z.add_(" + CONVOLUTION + "))",
        // the residual is computed between the convolution and its addition
        "y = "
            + CONVOLUTION
            + "\n  z = torch.conv2d(torch.relu(x), self.w, None, [1, 1], [1, 1], [1, 1], 2)\n"
            + "  return torch.relu_(y + z)",
      })
  void isOneCallOfCudnn(String body) {
    NativeScope.inference(
        () -> {
          FrozenGraph plain = network(body);
          FrozenGraph fused = fused(plain);
          assertThat(calls(fused)).isEqualTo(1);
          CardRewrites.standIn(fused.graph());
          for (int batch : new int[] {1, 3}) {
            Tensor x = torch.randn(batch, 8, 9, 7);
            Tensor expected = plain.copy().run(x.clone()).toTensor();
            assertThat(fused.run(x).toTensor().equal(expected)).isTrue();
          }
          return fused;
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // somebody else sees the convolution's result, or the sum
        "y = " + CONVOLUTION + "\n  return torch.relu(y) + y",
        "y = " + CONVOLUTION + " + x\n  return torch.relu(y) + y",
        // or what was written over
        "y = " + CONVOLUTION + "\n  z = y.view([-1])\n  torch.relu_(y)\n  return z",
        // no ReLU, or no convolution
        "return torch.sigmoid(" + CONVOLUTION + ")",
        "return torch.relu(x)",
        "return torch.hardtanh(" + CONVOLUTION + ", 0.0, 6.0)",
        // scaled, repeated, or a number
        "return torch.relu(torch.add(" + CONVOLUTION + ", x, alpha=2))",
        "return torch.relu(" + CONVOLUTION + " + x.mean([2, 3], True))",
        "return torch.relu(" + CONVOLUTION + " + x.size(0))",
        // one number for both axes, which cuDNN's call would read beyond
        "return torch.relu(torch.conv2d(x, self.w, self.b, [1], [1], [1], 2))",
        "return torch.relu(torch.conv2d(x, self.w, self.b, [1, 1], 'same', [1, 1], 2))",
        // in a branch, behind one, or a weight that is none
        "if x.size(0) > 1:\n    x = torch.relu(" + CONVOLUTION + ")\n  return x",
        "if x.size(0) > 1:\n    x = torch.sigmoid(x)\n  return torch.relu(" + CONVOLUTION + ")",
        "return torch.relu(torch.conv2d(x, self.w + x.size(0), self.b, [1, 1], [1, 1], [1, 1], 2))",
        // without a batch's axis
        "return torch.relu(torch.conv2d(x.mean(0), self.w, self.b, [1, 1], [1, 1], [1, 1], 2))",
        // where it lies is asked
        "y = torch.relu(" + CONVOLUTION + ")\n  return y.view_as(x)",
      })
  void staysAsItIs(String body) {
    NativeScope.inference(
        () -> {
          FrozenGraph same = fused(network(body));
          assertThat(same.graph().toString()).doesNotContain("cudnn");
          return same;
        });
  }

  /** Each takes what the one before it gave, as its input and as its residual. */
  @Test
  void blocksOfAResidualNetworkFollowOneAnother() {
    NativeScope.inference(
        () -> {
          String block = "x = torch.relu_(" + CONVOLUTION + ".add_(x))\n  ";
          FrozenGraph plain = network(block.repeat(4) + "return " + "x.mean([2, 3])");
          FrozenGraph fused = fused(plain);
          assertThat(calls(fused)).isEqualTo(4);
          CardRewrites.standIn(fused.graph());
          Tensor x = torch.randn(2, 8, 9, 7);
          assertThat(fused.run(x).toTensor().equal(plain.run(x).toTensor())).isTrue();
          return fused;
        });
  }

  /** What split attention weighs is what the convolution gave. */
  @Test
  void aConvolutionMayBeThePartsOfSplitAttention() {
    NativeScope.inference(
        () -> {
          FrozenGraph plain =
              network(
                  """
                  h = torch.relu_(torch.conv2d(x, self.two, None, [1, 1], [0, 0], [1, 1], 1))
                    return (h * torch.softmax(h.mean([2, 3], True), 1)).sum(1)\
                  """);
          FrozenGraph fused = fused(plain);
          assertThat(calls(fused)).isEqualTo(1);
          assertThat(CardRewrites.count(fused, "aten::lerp")).isEqualTo(1);
          CardRewrites.standIn(fused.graph());
          Tensor x = torch.randn(2, 8, 9, 7);
          Tensor expected = plain.run(x.clone()).toTensor();
          // values of about 3, three roundings of float32
          assertThat(fused.run(x).toTensor().sub(expected).abs().max().item().toDouble())
              .isLessThan(2e-6);
          return fused;
        });
  }

  @Test
  void shapesAreThoseOfTheBatchThatIsMeasured() {
    NativeScope.inference(
        () -> {
          FrozenGraph network = network("return torch.relu_(" + CONVOLUTION + " + x)");
          assertThat(CardRewrites.candidates(network, torch.randn(2, 8, 9, 7), 5).convolutions())
              .containsExactly(
                  new ConvolutionShape(
                      List.of(5L, 8L, 9L, 7L),
                      List.of(8L, 4L, 3L, 3L),
                      List.of(1L, 1L),
                      List.of(1L, 1L),
                      List.of(1L, 1L),
                      2,
                      true,
                      true));
          return network;
        });
  }

  private static FrozenGraph network(String body) {
    return CardRewrites.network(
        body,
        Map.of("w", new long[] {8, 4, 3, 3}, "b", new long[] {8}, "two", new long[] {2, 8, 1, 1}));
  }

  private static FrozenGraph fused(FrozenGraph plain) {
    return CardRewrites.rewritten(plain, torch.randn(2, 8, 9, 7));
  }

  private static long calls(FrozenGraph network) {
    return CardRewrites.count(network, "aten::cudnn_convolution_");
  }
}
