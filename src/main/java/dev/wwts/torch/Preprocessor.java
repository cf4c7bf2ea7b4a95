package dev.wwts.torch;

import dev.wwts.bundle.Geometry;
import dev.wwts.bundle.Recipe;
import dev.wwts.image.CropResize;
import dev.wwts.image.NativeBuffer;
import dev.wwts.image.Pixels;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.InterpolateFuncOptions;
import org.bytedeco.pytorch.InterpolateMode;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.kBicubic;
import org.bytedeco.pytorch.kBilinear;

/**
 * Pixels to a network's input on the processor: resize with antialiasing in 8 bits as Pillow does,
 * crop, turn upright, normalise. The picture is turned after the crop, when it is small. One per
 * lane, not for several threads at once.
 */
final class Preprocessor implements AutoCloseable {
  private final Recipe recipe;
  private final Normalizer normalizer;
  private final NativeBuffer scratch = new NativeBuffer();
  private final TensorOptions bytes = new TensorOptions(torch.ScalarType.Byte);

  /** Makes one; must be called inside a pointer scope. */
  Preprocessor(Recipe recipe) {
    this.recipe = recipe;
    this.normalizer = new Normalizer(recipe, new Device("cpu"));
    bytes.retainReference();
  }

  /**
   * Writes the network's input for one picture.
   *
   * @param pixels u8, H x W x 3, RGB, as stored in its file
   * @param slot 3 x H x W of the network's precision
   */
  void write(Pixels pixels, Tensor slot) {
    Placement placement = Placement.of(recipe, pixels);
    Tensor crop =
        placement.isWasteful()
            ? cropOnly(pixels, placement.stored())
            : resizeAndCrop(pixels, placement);
    normalizer.write(crop, placement.orientation(), slot);
  }

  private Tensor resizeAndCrop(Pixels pixels, Placement placement) {
    Geometry g = placement.stored();
    Tensor picture = view(pixels.address(), pixels.height(), pixels.width());
    Tensor resized =
        placement.resizes(pixels)
            ? torch.interpolate(picture, antialiased(g, recipe.interpolation()))
            : picture;
    return cropped(resized, g);
  }

  private Tensor cropOnly(Pixels pixels, Geometry g) {
    long address = scratch.reserve(3L * g.width() * g.height());
    CropResize.run(pixels, g, recipe.interpolation(), address);
    return view(address, g.height(), g.width());
  }

  /** N x C x H x W over memory that is H x W x C: no copy. */
  private Tensor view(long address, long height, long width) {
    return torch
        .from_blob(new AddressPointer(address), new long[] {1, height, width, 3}, bytes)
        .permute(0, 3, 1, 2);
  }

  static Tensor cropped(Tensor resized, Geometry g) {
    return resized.narrow(2, g.top(), g.height()).narrow(3, g.left(), g.width());
  }

  /** An antialiased resize of a whole picture. */
  static InterpolateFuncOptions antialiased(Geometry g, Recipe.Interpolation interpolation) {
    InterpolateFuncOptions options = new InterpolateFuncOptions();
    options.size().put(new LongVector(g.resizedHeight(), g.resizedWidth()));
    options
        .mode()
        .put(
            interpolation == Recipe.Interpolation.BICUBIC
                ? new InterpolateMode(new kBicubic())
                : new InterpolateMode(new kBilinear()));
    options.align_corners().put(false);
    options.antialias().put(true);
    return options;
  }

  @Override
  public void close() {
    normalizer.close();
    scratch.close();
    bytes.releaseReference();
  }
}
