package dev.wwts.convert;

import dev.wwts.internal.image.Decoder;
import dev.wwts.internal.image.Limits;
import dev.wwts.internal.model.Recipe;
import dev.wwts.internal.pixels.CropResize;
import dev.wwts.internal.pixels.NativeBuffer;
import dev.wwts.internal.pixels.Orientation;
import dev.wwts.internal.pixels.Pixels;
import java.nio.ByteBuffer;

/**
 * A picture of a self-test as Pillow and torchvision would hand it to a network: the reference's
 * pixels, not those of the lane that is tested with them.
 */
final class SelfTestInput {
  private SelfTestInput() {}

  /**
   * Levels of colour in the network's crop, height x width x 3, RGB.
   *
   * @throws dev.wwts.PictureException if the picture can't be read
   * @throws IllegalArgumentException if it is not stored upright
   */
  static byte[] levels(byte[] picture, Recipe recipe) {
    byte[] levels = new byte[3 * recipe.height() * recipe.width()];
    try (Decoder decoder = new Decoder(Limits.DEFAULT, recipe.alpha());
        NativeBuffer memory = new NativeBuffer();
        NativeBuffer crop = new NativeBuffer()) {
      Pixels pixels =
          decoder.decode(ByteBuffer.wrap(picture), memory, "a picture of the self-test");
      if (pixels.orientation() != Orientation.TOP_LEFT) {
        throw new IllegalArgumentException("a picture of a self-test must be stored upright");
      }
      CropResize.run(
          pixels,
          recipe.geometry(pixels.width(), pixels.height()),
          false,
          recipe.interpolation(),
          crop.reserve(levels.length));
      crop.view(levels.length).get(levels);
    }
    return levels;
  }

  /** Levels as the network sees them, height x width x 3, in its order of colours. */
  static float[] normalized(byte[] levels, Recipe recipe) {
    float[] values = new float[levels.length];
    for (int i = 0; i < values.length; i++) {
      int channel = i % 3;
      int from = recipe.color() == Recipe.Color.BGR ? i - channel + (2 - channel) : i;
      values[i] =
          (Byte.toUnsignedInt(levels[from]) / 255f - recipe.mean().get(channel))
              / recipe.std().get(channel);
    }
    return values;
  }
}
