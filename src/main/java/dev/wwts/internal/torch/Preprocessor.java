package dev.wwts.internal.torch;

import dev.wwts.internal.model.Recipe;
import dev.wwts.internal.pixels.CropResize;
import dev.wwts.internal.pixels.Geometry;
import dev.wwts.internal.pixels.NativeBuffer;
import dev.wwts.internal.pixels.Pixels;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * Pixels to a network's input on the processor: resize with antialiasing in 8 bits as Pillow does,
 * crop, turn upright, normalise. The picture is turned after the crop, when it is small. One per
 * lane, not for several threads at once.
 */
public final class Preprocessor implements AutoCloseable {
  private final Recipe recipe;
  private final Normalizer normalizer;
  private final NativeBuffer scratch = new NativeBuffer();
  private final long[] sizes = {1, 3, 0, 0};
  private final long[] strides = {0, 1, 0, 3};
  private final Antialiased resize;
  private final Antialiased lower;
  private final TensorOptions bytes = new TensorOptions(torch.ScalarType.Byte);

  /** Makes one for slots of {@code type}; must be called inside a pointer scope. */
  public Preprocessor(Recipe recipe, torch.ScalarType type) {
    this.recipe = recipe;
    this.resize = new Antialiased(recipe.interpolation());
    this.lower = new Antialiased(recipe.interpolation());
    this.normalizer = new Normalizer(recipe, new Device("cpu"), type);
    bytes.retainReference();
  }

  /**
   * Writes the network's input for one picture.
   *
   * @param pixels u8, H x W x 3, RGB, as stored in its file
   * @param slot 1 x 3 x H x W of the network's type
   */
  public void write(Pixels pixels, Tensor slot) {
    Placement placement = Placement.of(recipe, pixels);
    Tensor crop =
        placement.isWasteful() ? cropOnly(pixels, placement) : resizeAndCrop(pixels, placement);
    normalizer.write(crop, placement.orientation(), slot);
  }

  private Tensor resizeAndCrop(Pixels pixels, Placement placement) {
    Geometry g = placement.stored();
    Tensor picture = view(pixels.address(), pixels.height(), pixels.width());
    if (placement.rowsFirst() && placement.resizesHeight(pixels)) {
      picture = torch.interpolate(picture, lower.options(g.resizedHeight(), pixels.width()));
      if (!placement.resizesWidth(pixels)) {
        return cropped(picture, g);
      }
    }
    Tensor resized =
        placement.resizes(pixels)
            ? torch.interpolate(picture, resize.options(g.resizedHeight(), g.resizedWidth()))
            : picture;
    return cropped(resized, g);
  }

  private Tensor cropOnly(Pixels pixels, Placement placement) {
    Geometry g = placement.stored();
    long address = scratch.reserve(3L * g.width() * g.height());
    CropResize.run(pixels, g, placement.rowsFirst(), recipe.interpolation(), address);
    return view(address, g.height(), g.width());
  }

  /** N x C x H x W over memory that is H x W x C: no copy. */
  private Tensor view(long address, long height, long width) {
    sizes[2] = height;
    sizes[3] = width;
    strides[0] = 3 * height * width;
    strides[2] = 3 * width;
    return torch.from_blob(new AddressPointer(address), sizes, strides, bytes);
  }

  /** Takes the network's input for one picture as its caller made it: 3 x H x W of 32 bits. */
  public static void copy(long address, Tensor slot) {
    Tensor values =
        torch.from_blob(
            new AddressPointer(address),
            new long[] {1, 3, slot.size(2), slot.size(3)},
            new TensorOptions(torch.ScalarType.Float));
    slot.copy_(values);
  }

  public static Tensor cropped(Tensor resized, Geometry g) {
    return resized.narrow(2, g.top(), g.height()).narrow(3, g.left(), g.width());
  }

  @Override
  public void close() {
    resize.close();
    lower.close();
    normalizer.close();
    scratch.close();
    bytes.releaseReference();
  }
}
