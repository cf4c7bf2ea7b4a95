package dev.wwts.internal.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.internal.torch.LibTorch;
import dev.wwts.internal.torch.NativeScope;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Linear layers as convolutions of 1 x 1 pixels, on whatever processor. */
class PixelwiseLinearTest {
  @BeforeAll
  static void load() {
    LibTorch.load();
  }

  @ParameterizedTest
  @ValueSource(strings = {"40,12", "2,20,12", "2,4,5,12"})
  void theConvolutionAnswersAsTheLayer(String dimensions) {
    long[] shape =
        java.util.Arrays.stream(dimensions.split(",", -1)).mapToLong(Long::parseLong).toArray();
    NativeScope.inference(
        () -> {
          torch.manual_seed(5);
          JitModule plain = module();
          JitModule replaced = torch.freeze(plain);
          JitNode layer =
              GraphNodes.of(replaced.get_method("forward").graph()).stream()
                  .filter(node -> GraphNodes.kind(node).equals("aten::linear"))
                  .findFirst()
                  .orElseThrow();
          var graph = replaced.get_method("forward").graph();
          graph.setInsertPoint(graph.nodes().front());
          new PixelwiseLinear(graph).replace(new Layer(layer, false), shape.length);
          layer.destroy();
          graph.lint();
          Tensor x = torch.randn(shape);
          Tensor expected = run(plain, x);
          Tensor actual = run(replaced, x);

          assertThat(graph.toString()).contains("aten::conv2d");
          assertThat(actual.sizes().vec().get()).isEqualTo(expected.sizes().vec().get());
          // additions come in another order
          assertThat(actual.sub(expected).abs().max().item_float()).isLessThan(1e-5f);
          return x;
        });
  }

  @Test
  void pixelsAreWhatTheViewsGive() {
    assertThat(PixelwiseLinear.pixels(new long[] {40, 12})).containsExactly(1, 12, 1, 40);
    assertThat(PixelwiseLinear.pixels(new long[] {2, 20, 12})).containsExactly(1, 12, 2, 20);
    assertThat(PixelwiseLinear.pixels(new long[] {2, 4, 5, 12})).containsExactly(2, 12, 4, 5);
  }

  @Test
  void fewRowsAndSixteenBitsAreLeftAlone() {
    assertThat(PixelwiseLinear.pays(torch.ScalarType.Float, new long[] {1, 2048})).isFalse();
    assertThat(PixelwiseLinear.pays(torch.ScalarType.BFloat16, new long[] {1, 197, 768})).isFalse();
    assertThat(PixelwiseLinear.pays(torch.ScalarType.Float, new long[] {1, 2, 2, 99, 768}))
        .isFalse();
  }

  private static JitModule module() {
    JitModule module = new JitModule(new QualifiedName("Linear"));
    module.register_parameter("w", torch.randn(7, 12), false);
    module.register_parameter("b", torch.randn(7), false);
    module.define("def forward(self, x):\n  return torch.relu(torch.linear(x, self.w, self.b))\n");
    module.eval();
    return module;
  }

  private static Tensor run(JitModule module, Tensor x) {
    return module.forward(new IValueVector(new IValue(x))).toTensor();
  }
}
