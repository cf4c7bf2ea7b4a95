package dev.wwts.internal.torch;

import dev.wwts.internal.model.Recipe;
import dev.wwts.internal.pixels.Orientation;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * A crop to a network's input, where the tensors are: turned upright, in the network's order of
 * colours, normalised.
 */
public final class Normalizer implements AutoCloseable {
  private final boolean flipColors;
  private final boolean single;
  private final Owned<Scalar> largest;
  private final Owned<Tensor> mean;
  private final Owned<Tensor> std;

  /** Makes one for slots of {@code type}; must be called inside a pointer scope. */
  public Normalizer(Recipe recipe, org.bytedeco.pytorch.Device device, torch.ScalarType type) {
    this.single = type == torch.ScalarType.Float;
    this.flipColors = recipe.color() == Recipe.Color.BGR;
    Owned<Tensor> first = channels(recipe.mean(), device);
    try {
      this.std = channels(recipe.std(), device);
      this.mean = first;
      this.largest = new Owned<>(new Scalar(255f));
    } catch (RuntimeException | Error e) {
      first.close();
      throw e;
    }
  }

  /**
   * Writes the network's input for one picture.
   *
   * @param crop 1 x 3 x H x W, 0 to 255, RGB, as stored
   * @param slot 1 x 3 x H x W of the network's type
   */
  public void write(Tensor crop, Orientation orientation, Tensor slot) {
    Tensor pixels = turn(crop, orientation);
    if (flipColors) {
      pixels = pixels.flip(1);
    }
    // 32 bits are computed where they belong, others beside it and rounded once
    Tensor values = single ? slot.copy_(pixels) : pixels.to(torch.ScalarType.Float);
    values.div_(largest.get()).sub_(mean.get()).div_(std.get());
    if (!single) {
      slot.copy_(values);
    }
  }

  private static Tensor turn(Tensor stored, Orientation orientation) {
    Tensor turned = orientation.mirrorsX() ? stored.flip(3) : stored;
    turned = orientation.mirrorsY() ? turned.flip(2) : turned;
    return orientation.swapsSides() ? turned.transpose(2, 3) : turned;
  }

  private static Owned<Tensor> channels(List<Float> values, org.bytedeco.pytorch.Device device) {
    Tensor tensor =
        torch.empty(new long[] {1, 3, 1, 1}, new TensorOptions(torch.ScalarType.Float), null);
    tensor.data_ptr_float().put(values.get(0), values.get(1), values.get(2));
    return new Owned<>(new Tensor(tensor.to(device, torch.ScalarType.Float)));
  }

  @Override
  public void close() {
    mean.close();
    std.close();
    largest.close();
  }
}
