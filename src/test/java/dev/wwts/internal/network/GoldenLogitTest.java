package dev.wwts.internal.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.Kit;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.remark.Remarks;
import dev.wwts.internal.torch.LibTorch;
import dev.wwts.internal.torch.NativeScope;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** The network alone: from Pillow's crops to PyTorch's logits. */
class GoldenLogitTest {
  private static final int SIDE = 224;
  private static final int CLASSES = 1000;

  @Test
  void logitsEqualPyTorchsOnPillowsCrops() {
    compare(Kit.mobileNet());
  }

  @Test
  void thoseOfAPulledModelToo() {
    compare(Kit.pulled("photos"));
  }

  private static void compare(Path model) {
    LibTorch.load();
    ByteBuffer crops = Kit.array("golden/crops.npy");
    FloatBuffer expected = Kit.array("golden/logits.npy").asFloatBuffer();
    double largest = 0;
    try (Network network =
        ProcessorNetwork.load(
            Bundle.read(model, null, false), torch.ScalarType.Float, Remarks.unheard())) {
      for (int i = 0; i < Kit.files().size(); i++) {
        float[] input = normalised(crops.slice(i * SIDE * SIDE * 3, SIDE * SIDE * 3));
        float[] logits = NativeScope.inference(() -> run(network, input));
        for (float logit : logits) {
          largest = Math.max(largest, Math.abs(logit - expected.get()));
        }
      }
    }

    System.out.printf("largest logit difference on golden crops: %.2e%n", largest);
    assertThat(largest).isLessThan(1e-3);
  }

  private static float[] run(Network network, float[] input) {
    Tensor x = torch.empty(1, 3, SIDE, SIDE);
    x.data_ptr_float().put(input);
    float[] logits = new float[CLASSES];
    network.forward(x).contiguous().data_ptr_float().get(logits);
    return logits;
  }

  private static float[] normalised(ByteBuffer crop) {
    float[] values = new float[SIDE * SIDE * 3];
    for (int at = 0; at < SIDE * SIDE; at++) {
      for (int c = 0; c < 3; c++) {
        values[c * SIDE * SIDE + at] = ((crop.get(3 * at + c) & 0xff) / 255f - 0.5f) / 0.5f;
      }
    }
    return values;
  }
}
