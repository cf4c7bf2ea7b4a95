package dev.wwts.torch;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A frozen module answers as the module does. */
class FreezingTest {
  /** Sums of some ten float32 products, folded weights in another order. */
  private static final double ROUNDING = 1e-5;

  @BeforeAll
  static void load() {
    LibTorch.load();
  }

  /** As many rows as values in a row, as many channels as values: which axis is which shows. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "return self.norm(torch.linear(x.flatten(0, 2), self.weight))",
        "return self.norm(torch.linear(x[:, 0], self.weight))",
        "return self.norm(torch.linear(x, self.weight))",
        "return self.norm(torch.conv2d(x, self.weight.view([9, 9, 1, 1])))",
        "return torch.relu(self.norm(torch.linear(x, self.weight, self.mean)))"
      })
  void normalisationsGoIntoTheWeightsTheyBelongTo(String body) {
    NativeScope.inference(
        () -> {
          torch.manual_seed(3);
          JitModule module = new JitModule(new QualifiedName("__torch__.Normalised"));
          module.register_parameter("weight", torch.randn(9, 9), false);
          module.register_buffer("mean", torch.randn(9));
          module.register_buffer("variance", torch.rand(9).add(torch.ones(9)));
          module.define(
              "def norm(self, x):\n"
                  + "  return torch.batch_norm(x, self.weight[0], self.weight[1], self.mean,"
                  + " self.variance, False, 0.1, 1e-5, False)\n");
          module.define("def forward(self, x):\n" + body.indent(2));
          module.eval();
          Tensor x = torch.randn(2, 9, 9, 9);
          Tensor expected = module.forward(new IValueVector(new IValue(x))).toTensor();
          Tensor actual = FrozenGraph.of(Freezing.freeze(module)).run(x).toTensor();
          double largest = expected.abs().max().item().toDouble();
          assertThat(actual.sub(expected).abs().max().item().toDouble() / largest)
              .isLessThan(ROUNDING);
          return body;
        });
  }
}
