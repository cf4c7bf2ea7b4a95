package dev.wwts.internal.torch;

import dev.wwts.internal.pixels.Interpolation;
import org.bytedeco.pytorch.InterpolateFuncOptions;
import org.bytedeco.pytorch.InterpolateMode;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.kBicubic;
import org.bytedeco.pytorch.kBilinear;
import org.jspecify.annotations.Nullable;

/**
 * LibTorch's options of an antialiased resize, kept while pictures of one size follow each other.
 */
public final class Antialiased implements AutoCloseable {
  private final Interpolation interpolation;
  private @Nullable Owned<InterpolateFuncOptions> kept;
  private long height;
  private long width;

  Antialiased(Interpolation interpolation) {
    this.interpolation = interpolation;
  }

  /** For a result of that size; valid until the next call. Must be called inside a scope. */
  InterpolateFuncOptions options(long height, long width) {
    Owned<InterpolateFuncOptions> options = kept;
    if (options == null || height != this.height || width != this.width) {
      close();
      options = new Owned<>(of(height, width, interpolation));
      kept = options;
      this.height = height;
      this.width = width;
    }
    return options.get();
  }

  /** The same for one use. */
  public static InterpolateFuncOptions of(long height, long width, Interpolation interpolation) {
    InterpolateFuncOptions options = new InterpolateFuncOptions();
    options.size().put(new LongVector(height, width));
    options
        .mode()
        .put(
            interpolation == Interpolation.BICUBIC
                ? new InterpolateMode(new kBicubic())
                : new InterpolateMode(new kBilinear()));
    options.align_corners().put(false);
    options.antialias().put(true);
    return options;
  }

  @Override
  public void close() {
    if (kept != null) {
      kept.close();
      kept = null;
    }
  }
}
