package dev.wwts.internal.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.internal.model.Recipe;
import dev.wwts.internal.model.Recipes;
import dev.wwts.internal.pixels.Interpolation;
import dev.wwts.internal.pixels.NativeBuffer;
import dev.wwts.internal.pixels.Orientation;
import dev.wwts.internal.pixels.Pixels;
import java.util.Random;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The crop of a picture that has to be turned is the crop of the turned picture, as in Pillow. Only
 * the order of the two passes, between which it rounds to 8 bits, can make a difference; a mirrored
 * axis has the same weights in another order, but for ties at the filter's edge.
 */
class TurnedCropTest {
  private static final int SIDE = 56;

  @BeforeAll
  static void load() {
    LibTorch.load();
  }

  @ParameterizedTest
  @CsvSource({
    "90, 130, BILINEAR",
    "130, 90, BICUBIC",
    "700, 64, BILINEAR",
    "64, 40, BICUBIC",
    "1000, 9, BILINEAR",
    "9, 1000, BICUBIC",
    "3, 700, BILINEAR"
  })
  void equalsTheCropOfTheTurnedPicture(int width, int height, Interpolation interpolation) {
    Recipe recipe = recipe(interpolation);
    byte[] upright = new byte[3 * width * height];
    new Random(7).nextBytes(upright);
    float[] expected = crop(recipe, upright, width, height, Orientation.TOP_LEFT);
    for (Orientation orientation : Orientation.values()) {
      boolean swaps = orientation.swapsSides();
      int storedWidth = swaps ? height : width;
      int storedHeight = swaps ? width : height;
      byte[] stored = new byte[upright.length];
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          int at =
              orientation.storedY(x, y, storedHeight) * storedWidth
                  + orientation.storedX(x, y, storedWidth);
          System.arraycopy(upright, 3 * (y * width + x), stored, 3 * at, 3);
        }
      }
      float[] turned = crop(recipe, stored, storedWidth, storedHeight, orientation);
      int different = 0;
      for (int i = 0; i < expected.length; i++) {
        float levels = Math.abs(expected[i] - turned[i]) * 255;
        assertThat(levels).as("%s, sample %d", orientation, i).isLessThan(1.01f);
        different += levels > 0.5f ? 1 : 0;
      }
      assertThat(different).as("%s", orientation).isLessThanOrEqualTo(expected.length / 100);
    }
  }

  private static Recipe recipe(Interpolation interpolation) {
    return Recipes.square(SIDE, 64, interpolation);
  }

  private static float[] crop(
      Recipe recipe, byte[] rgb, int width, int height, Orientation orientation) {
    try (NativeBuffer buffer = new NativeBuffer();
        Preprocessor preprocessor =
            NativeScope.inference(() -> new Preprocessor(recipe, torch.ScalarType.Float))) {
      long address = buffer.reserve(rgb.length);
      return NativeScope.inference(
          () -> {
            BytePointer bytes = new BytePointer(new AddressPointer(address));
            bytes.capacity(rgb.length).put(rgb);
            Tensor slot = torch.empty(1, 3, SIDE, SIDE);
            preprocessor.write(new Pixels(address, width, height, orientation), slot);
            float[] values = new float[3 * SIDE * SIDE];
            slot.data_ptr_float().get(values);
            return values;
          });
    }
  }
}
