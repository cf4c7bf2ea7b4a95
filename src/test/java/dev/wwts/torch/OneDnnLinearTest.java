package dev.wwts.torch;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** Linear layers moved to oneDNN: the same answers, also where layers share a weight. */
class OneDnnLinearTest {
  @Test
  void answersAsBeforeForOneAndManyRowsWithSharedWeights() {
    LibTorch.load();
    NativeScope.inference(
        () -> {
          JitModule plain = module();
          JitModule rewritten = module();
          OneDnnLinear.rewrite(rewritten);

          String graph = rewritten.get_method("forward").graph().toString();
          assertThat(graph).contains("mkldnn::_linear_pointwise").doesNotContain("aten::linear");
          for (int rows : new int[] {1, 4, 197}) {
            Tensor x = torch.randn(rows, 48);
            Tensor expected = run(plain, x);
            double largest = expected.abs().max().item().toDouble();
            double difference = run(rewritten, x).sub(expected).abs().max().item().toDouble();
            // three sums of 48 float32 products in another order
            assertThat(difference / largest).isLessThan(1e-5);
          }
          return rewritten;
        });
  }

  private static Tensor run(JitModule module, Tensor x) {
    return new Tensor(module.forward(new IValueVector(new IValue(x))).toTensor());
  }

  private static JitModule module() {
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
    return torch.freeze(module);
  }
}
