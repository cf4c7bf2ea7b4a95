package dev.wwts.internal.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.internal.torch.LibTorch;
import dev.wwts.internal.torch.NativeScope;
import java.util.List;
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
          Tensor actual = Passes.PROCESSOR.freeze(module).run(x).toTensor();
          double largest = expected.abs().max().item().toDouble();
          assertThat(actual.sub(expected).abs().max().item().toDouble() / largest)
              .isLessThan(ROUNDING);
          return body;
        });
  }

  /** Bodies that write over what an operator gave, as the passes of freezing do not see it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "z = torch.dropout(y, 0.5, self.training)\nw = torch.add(z, 1.0, out=z)\nreturn y",
        "z = torch.dropout(y, 0.5, False)\nw = z.add_(1.0)\nreturn y",
        "z = torch.feature_dropout(y, 0.5, self.training)\nw = z.mul_(2.0)\nreturn y",
        "z = torch.alpha_dropout(y, 0.5, self.training)\nw = z.relu_()\nreturn y",
        "z = torch.feature_alpha_dropout(y, 0.5, False)\nw = z.add_(1.0)\nreturn y",
        "a = torch.relu(y)\nz = self.drop(y)\nw = z.add_(1.0)\nreturn a + torch.relu(y)",
        "z = torch.type_as(y, x)\nw = z.add_(1.0)\nreturn y",
        "l = [y]\nl.append(y * 2.0)\nz = torch.cat(l, 1)\nreturn z",
        "l = [y]\nz = torch.cat(l)\nw = torch.cat(l)\nz += 1.0\nw += 2.0\nreturn z + w + y",
        "z = torch.cat([y])\nw = z.add_(1.0)\nreturn z + y",
        "z = torch.concat([y], 1)\nw = y.add_(1.0)\nreturn z + y",
        "z = torch.concat([y], 1)\nw = torch.add(y, 1.0, out=y)\nreturn torch.cat([z, y], 1)",
        "z = torch.cat([y], 1)\nw = y.add_(1.0)\nreturn torch.cat([z, y], 1)",
        "z = torch.dropout(y, 0.5, self.training)\nw = torch.add(z, 1.0, out=z)\nreturn torch.cat([y, y * 2.0], 1)",
        "z = torch.dropout(y, 0.5, self.training)\nw = z.add_(1.0)\nreturn torch.cat([y, torch.atleast_1d(y)], 1)",
        "l = [y]\nz = torch.concatenate(l, 1)\nw = y.mul_(2.0)\nreturn z + y",
      })
  void aWriteIsSeenThroughWhatGivesItsOperand(String body) {
    answersAsUnoptimised(body);
  }

  /** What may give its operand or a view of it, though its schema says a new tensor. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "torch.atleast_1d(y)",
        "torch.atleast_2d(y)",
        "torch.atleast_3d(y)",
        "torch.atleast_1d([y, x])[0]",
        "torch.einsum('abcd->abcd', [y])",
        "torch.einsum('abcd->dbca', [y])",
        "torch._unsafe_view(y, [2, 81, 9])",
        "torch.unsafe_chunk(y, 3, 1)[0]",
        "torch.unsafe_split(y, 3, 1)[1]",
        "torch.unsafe_split_with_sizes(y, [4, 5], 1)[1]",
        "torch.broadcast_tensors([y, y[0]])[0]",
        "torch.meshgrid([y[0, 0, 0]])[0]",
        "torch.cartesian_prod([y[0, 0, 0]])",
        "torch.sum_to_size(y, [2, 9, 9, 9])",
        "torch.conj_physical(y)",
        "torch._cast_Float(y)",
        "y.to_dense()",
      })
  void aWriteIsSeenThroughWhatMayGiveItsOperand(String alias) {
    for (String body :
        List.of(
            "z = %s\nw = z.add_(1.0)\nreturn y",
            "z = %s\nself.grow(z)\nreturn y",
            "z = %s\na = torch.relu(z)\nw = y.add_(1.0)\nb = torch.relu(z)\nreturn a.sum() + b.sum() * 2.0",
            "a = torch.relu(y)\nz = %s\nw = z.add_(1.0)\nb = torch.relu(y)\nreturn a + b * 2.0")) {
      answersAsUnoptimised(body.formatted(alias));
    }
  }

  private static void answersAsUnoptimised(String body) {
    NativeScope.inference(
        () -> {
          torch.manual_seed(3);
          JitModule module = new JitModule(new QualifiedName("__torch__.Through"));
          module.register_attribute("training", GraphNodes.typeOf("bool"), new IValue(true));
          module.define("def drop(self, x):\n  return torch.dropout(x, 0.5, self.training)\n");
          module.define("def grow(self, x):\n  w = x.add_(1.0)\n");
          module.define("def forward(self, x):\n  y = torch.sin(x)\n" + body.indent(2));
          module.eval();
          Tensor x = torch.randn(2, 9, 9, 9);
          Tensor expected = unoptimised(module, x);
          FrozenGraph frozen = Passes.PROCESSOR.freeze(module);
          FrozenGraph.Compiled compiled = frozen.compiled();
          // the executor's own passes come with the second call
          for (int call = 0; call < 2; call++) {
            Tensor actual = compiled.function().apply(frozen.arguments(x)).toTensor();
            assertThat(actual.sub(expected).abs().max().item().toDouble())
                .as(body)
                .isLessThan(ROUNDING * Math.max(1, expected.abs().max().item().toDouble()));
          }
          return body;
        });
  }

  private static Tensor unoptimised(JitModule module, Tensor x) {
    boolean optimizes = torch.getGraphExecutorOptimize();
    torch.setGraphExecutorOptimize(false);
    try {
      return module.forward(new IValueVector(new IValue(x))).toTensor();
    } finally {
      torch.setGraphExecutorOptimize(optimizes);
    }
  }
}
