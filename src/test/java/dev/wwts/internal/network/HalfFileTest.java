package dev.wwts.internal.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.internal.torch.LibTorch;
import dev.wwts.internal.torch.NativeScope;
import java.nio.file.Path;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files whose weights are stored in 16 bits. */
class HalfFileTest {
  @TempDir private static Path folder;

  /** What half a file's precision would lose is lost once, when it was written. */
  @Test
  void layersAreMergedInThirtyTwoBits() {
    LibTorch.load();
    Path file = folder.resolve("half.pt");
    write(file);
    try (Network network = TestModels.network(file, torch.ScalarType.Float, false)) {
      float answer =
          NativeScope.inference(
              () -> network.forward(torch.ones(1, 1)).to(torch.ScalarType.Float).item_float());

      // 1/3 and 3 in 16 bits: their product in 16 bits is 1, or 0.9995
      assertThat(answer).isEqualTo(0.33325195f * 3.0019531f);
    }
  }

  private static void write(Path file) {
    NativeScope.inference(
        () -> {
          JitModule module = new JitModule(new QualifiedName("HalfFile"));
          module.register_parameter("third", half(1 / 3f), false);
          module.register_parameter("three", half(3.002f), false);
          module.define("def forward(self, x):\n  return x * (self.third * self.three)\n");
          module.save(file.toString());
          return file;
        });
  }

  private static Tensor half(float value) {
    return torch.full(new long[] {1, 1}, new Scalar(value)).to(torch.ScalarType.Half);
  }
}
