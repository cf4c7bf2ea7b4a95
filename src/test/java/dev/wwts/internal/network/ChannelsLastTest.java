package dev.wwts.internal.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.internal.torch.LibTorch;
import dev.wwts.internal.torch.NativeScope;
import java.nio.file.Path;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A network whose weights were laid channels-last answers as before; on a card the layout is chosen
 * by measuring.
 */
class ChannelsLastTest {
  @TempDir private static Path folder;

  @Test
  void theLayoutOfWeightsDoesNotChangeTheAnswer() {
    Path file = folder.resolve("conv.pt");
    writeConvolution(file);
    float planes = answer(file, false);
    float channelsLast = answer(file, true);

    // the order of additions differs between the two layouts' kernels
    assertThat(channelsLast).isCloseTo(planes, org.assertj.core.data.Offset.offset(1e-3f));
    assertThat(Math.abs(planes)).isGreaterThan(0.01f);
  }

  private static void writeConvolution(Path file) {
    LibTorch.load();
    PointerScope scope = new PointerScope();
    try {
      torch.manual_seed(3);
      JitModule module = new JitModule(new QualifiedName("Convolution"));
      module.register_parameter("w", torch.randn(16, 3, 3, 3), false);
      module.define(
          "def forward(self, x):\n  return torch.conv2d(x, self.w).mean([2, 3])[:, 0:3]\n");
      module.save(file.toString());
    } finally {
      scope.close();
    }
  }

  private static float answer(Path file, boolean channelsLast) {
    try (Network network = TestModels.network(file, torch.ScalarType.Float, channelsLast)) {
      return NativeScope.inference(
          () -> {
            Tensor x = torch.ones(2, 3, 8, 8);
            return network.forward(x).select(0, 1).select(0, 2).item_float();
          });
    }
  }
}
