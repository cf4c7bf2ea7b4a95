package dev.wwts.torch;

import dev.wwts.bundle.Geometry;
import dev.wwts.bundle.Recipe;
import dev.wwts.image.CropResize;
import dev.wwts.image.NativeBuffer;
import dev.wwts.image.Orientation;
import dev.wwts.image.Pixels;
import org.bytedeco.pytorch.InterpolateFuncOptions;
import org.bytedeco.pytorch.InterpolateMode;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.kBicubic;
import org.bytedeco.pytorch.kBilinear;

/**
 * Pixels to a network's input: resize with antialiasing in 8 bits as Pillow does, crop, turn
 * upright, normalise. The picture is turned after the crop, when it is small. One per lane, not for
 * several threads at once.
 */
final class Preprocessor implements AutoCloseable {
  /**
   * Where the resized picture would have more than this many times the crop's pixels (a strip of
   * 4000 x 30 becomes 34,133 x 256), only what the crop keeps is computed.
   */
  private static final int MOST_WASTE = 8;

  private final Recipe recipe;
  private final Owned<Tensor> mean;
  private final Owned<Tensor> std;
  private final NativeBuffer scratch = new NativeBuffer();
  private final TensorOptions bytes = new TensorOptions(torch.ScalarType.Byte);

  /** Makes one; must be called inside a pointer scope. */
  Preprocessor(Recipe recipe) {
    this.recipe = recipe;
    this.mean = channels(recipe.mean());
    this.std = channels(recipe.std());
    bytes.retainReference();
  }

  /**
   * Writes the network's input for one picture.
   *
   * @param pixels u8, H x W x 3, RGB, as stored in its file
   * @param slot 3 x H x W of the network's precision
   */
  void write(Pixels pixels, Tensor slot) {
    Orientation orientation =
        recipe.applyOrientation() ? pixels.orientation() : Orientation.TOP_LEFT;
    Geometry upright =
        orientation.swapsSides()
            ? recipe.geometry(pixels.height(), pixels.width())
            : recipe.geometry(pixels.width(), pixels.height());
    Geometry stored = asStored(upright, orientation);
    long waste = stored.resizedWidth() * stored.resizedHeight();
    Tensor crop =
        waste > (long) MOST_WASTE * stored.width() * stored.height()
            ? cropOnly(pixels, stored)
            : resizeAndCrop(pixels, stored);
    Tensor values = turn(crop, orientation).to(torch.ScalarType.Float);
    if (recipe.color() == Recipe.Color.BGR) {
      values = values.flip(1);
    }
    values.div_(new org.bytedeco.pytorch.Scalar(255f)).sub_(mean.get()).div_(std.get());
    slot.copy_(values.select(0, 0));
  }

  private Tensor resizeAndCrop(Pixels pixels, Geometry g) {
    Tensor picture = view(pixels.address(), pixels.height(), pixels.width());
    Tensor resized =
        g.resizedWidth() == pixels.width() && g.resizedHeight() == pixels.height()
            ? picture
            : torch.interpolate(picture, options(g));
    return resized.narrow(2, g.top(), g.height()).narrow(3, g.left(), g.width());
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

  private InterpolateFuncOptions options(Geometry g) {
    InterpolateFuncOptions options = new InterpolateFuncOptions();
    options.size().put(new LongVector(g.resizedHeight(), g.resizedWidth()));
    options
        .mode()
        .put(
            recipe.interpolation() == Recipe.Interpolation.BICUBIC
                ? new InterpolateMode(new kBicubic())
                : new InterpolateMode(new kBilinear()));
    options.align_corners().put(false);
    options.antialias().put(true);
    return options;
  }

  /** The crop that, turned upright, is {@code upright}. */
  private static Geometry asStored(Geometry upright, Orientation orientation) {
    Geometry g = orientation.swapsSides() ? upright.transposed() : upright;
    g = orientation.mirrorsX() ? g.mirrored() : g;
    return orientation.mirrorsY() ? g.flipped() : g;
  }

  private static Tensor turn(Tensor stored, Orientation orientation) {
    Tensor turned = orientation.mirrorsX() ? stored.flip(3) : stored;
    turned = orientation.mirrorsY() ? turned.flip(2) : turned;
    return orientation.swapsSides() ? turned.transpose(2, 3) : turned;
  }

  private static Owned<Tensor> channels(java.util.List<Float> values) {
    float[] array = {values.get(0), values.get(1), values.get(2)};
    Tensor tensor = torch.empty(1, 3, 1, 1);
    tensor.data_ptr_float().put(array);
    return new Owned<>(tensor);
  }

  @Override
  public void close() {
    mean.close();
    std.close();
    scratch.close();
    bytes.releaseReference();
  }
}
