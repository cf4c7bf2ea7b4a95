package dev.wwts.internal.lane;

import dev.wwts.internal.cuda.CudaStream;
import dev.wwts.internal.model.Recipe;
import dev.wwts.internal.pixels.CropResize;
import dev.wwts.internal.pixels.Geometry;
import dev.wwts.internal.pixels.Pixels;
import dev.wwts.internal.torch.Antialiased;
import dev.wwts.internal.torch.CudaSetup;
import dev.wwts.internal.torch.NativeScope;
import dev.wwts.internal.torch.Normalizer;
import dev.wwts.internal.torch.Placement;
import dev.wwts.internal.torch.Preprocessor;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Preprocessing with LibTorch operations on the card, where the kernel of our own is not there. The
 * antialiased resize exists on the card in floating point only: rounded to 8 bits it is within one
 * level of Pillow. Native and Java objects are made for each picture.
 */
final class TorchPreprocessor implements CudaPreprocessor {
  private static final long SOURCE_GRAIN = 8L << 20;
  private static final float LARGEST = 255;

  /**
   * A strong reduction needs more shared memory than the resize may use; LibTorch refuses it with
   * these words.
   */
  private static final String TOO_STRONG = "Too much shared memory required";

  private final CudaStream stream;
  private final Recipe recipe;
  private final DeviceBuffer source;
  private final Normalizer normalizer;

  TorchPreprocessor(CudaSetup setup, CudaStream stream) {
    this.stream = stream;
    this.recipe = setup.bundle().manifest().input();
    this.source = new DeviceBuffer(setup, stream, SOURCE_GRAIN);
    this.normalizer =
        stream.with(
            () -> NativeScope.inference(() -> new Normalizer(recipe, setup.card(), setup.type())));
  }

  @Override
  public void write(Pixels pixels, Staging staging, CudaBatch batch, int slot, SlotClock clock) {
    Placement placement = Placement.of(recipe, pixels);
    clock.start.record(stream);
    if (placement.isWasteful()) {
      uploadCrop(pixels, placement, staging);
    } else {
      long bytes = 3L * pixels.width() * pixels.height();
      stream.upload(source.reserve(bytes), pixels.address(), bytes);
    }
    staging.uploading(stream);
    clock.uploaded.record(stream);
    stream.with(
        () ->
            NativeScope.inference(
                () -> {
                  Tensor crop = crop(pixels, placement, staging);
                  normalizer.write(crop, placement.orientation(), batch.slot(slot));
                  return placement;
                }));
    clock.ready.record(stream);
  }

  private Tensor crop(Pixels pixels, Placement placement, Staging staging) {
    Geometry g = placement.stored();
    if (placement.isWasteful()) {
      return view(g.height(), g.width());
    }
    Tensor picture = view(pixels.height(), pixels.width());
    if (!placement.resizes(pixels)) {
      return Preprocessor.cropped(picture, g);
    }
    try {
      Tensor values = picture.to(torch.ScalarType.Float).contiguous();
      Tensor resized =
          torch.interpolate(
              values, Antialiased.of(g.resizedHeight(), g.resizedWidth(), recipe.interpolation()));
      return Preprocessor.cropped(resized, g).round_().clamp_(limit(0), limit(LARGEST));
    } catch (RuntimeException e) {
      if (!String.valueOf(e.getMessage()).contains(TOO_STRONG)) {
        throw e;
      }
      uploadCrop(pixels, placement, staging);
      staging.uploading(stream);
      return view(g.height(), g.width());
    }
  }

  /** The crop, made by this thread from the decoded pixels. */
  private void uploadCrop(Pixels pixels, Placement placement, Staging staging) {
    Geometry g = placement.stored();
    long bytes = 3L * g.width() * g.height();
    long pinned = staging.table().reserve(bytes);
    CropResize.run(pixels, g, placement.rowsFirst(), recipe.interpolation(), pinned);
    stream.upload(source.reserve(bytes), pinned, bytes);
  }

  /** 1 x 3 x H x W over the uploaded bytes, which are H x W x 3: no copy. */
  private Tensor view(long height, long width) {
    return source
        .tensor()
        .narrow(0, 0, 3 * height * width)
        .view(1, height, width, 3)
        .permute(0, 3, 1, 2);
  }

  private static ScalarOptional limit(float value) {
    return new ScalarOptional(new Scalar(value));
  }

  @Override
  public void close() {
    normalizer.close();
    source.close();
  }
}
