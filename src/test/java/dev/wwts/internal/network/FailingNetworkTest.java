package dev.wwts.internal.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wwts.ModelException;
import dev.wwts.internal.torch.LibTorch;
import dev.wwts.internal.torch.NativeScope;
import java.nio.file.Path;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Networks that fail on some inputs, in code that was inlined from their parts. */
class FailingNetworkTest {
  @TempDir private static Path folder;

  /** Several, as what a first one frees is only overwritten later. */
  @Test
  void oneCallFailsAndTheNextIsAnswered() {
    LibTorch.load();
    Path file = folder.resolve("failing.pt");
    NativeScope.inference(
        () -> {
          module().save(file.toString());
          return file;
        });
    for (int i = 0; i < 5; i++) {
      try (Network network = TestModels.network(file, torch.ScalarType.Float, false)) {
        for (int call = 0; call < 3; call++) {
          ModelException refused =
              catchThrowableOfType(ModelException.class, () -> first(network, 3));
          assertThat(refused.reason()).isEqualTo(ModelException.Reason.BAD_OUTPUT);
          assertThat(refused).hasMessageContaining("the network failed: shape '[5, 7]' is invalid");
          assertThat(first(network, 2)).isEqualTo(1);
        }
      }
    }
  }

  private static float first(Network network, long rows) {
    return NativeScope.inference(
        () -> network.forward(torch.ones(rows, 4)).select(0, 0).select(0, 0).item_float());
  }

  private static JitModule module() {
    JitModule innermost = new JitModule(new QualifiedName("__torch__.Innermost"));
    innermost.register_parameter("w", torch.ones(4, 4), false);
    innermost.define(
        """
        def reshaped(self, x):
          if x.size(0) == 3:
            x = torch.reshape(x, [5, 7])
          return x
        def forward(self, x):
          return self.reshaped(torch.linear(x, self.w) * 0.25)
        """);
    JitModule inner =
        new JitModule(new QualifiedName("__torch__.Inner"), innermost._ivalue().compilation_unit());
    inner.register_module("part", innermost);
    inner.define("def forward(self, x):\n  return self.part.forward(x)\n");
    JitModule outer =
        new JitModule(new QualifiedName("__torch__.Outer"), innermost._ivalue().compilation_unit());
    outer.register_module("part", inner);
    outer.define("def forward(self, x):\n  return self.part.forward(x)\n");
    outer.eval();
    return outer;
  }
}
