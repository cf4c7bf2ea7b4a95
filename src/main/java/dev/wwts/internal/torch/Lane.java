package dev.wwts.internal.torch;

import dev.wwts.internal.image.format.JpegCard;
import dev.wwts.internal.pixels.PixelBuffer;
import dev.wwts.internal.pixels.Pixels;
import org.jspecify.annotations.Nullable;

/**
 * What one call needs for itself: buffers and tensors that are made once and used again. A lane
 * serves one call at a time, in this order: {@link #begin}, {@link #preprocess} for each slot,
 * {@link #forward}, {@link #rank} or {@link #logits}.
 */
public interface Lane extends AutoCloseable {
  /** Where the decoder writes the next picture's pixels. */
  PixelBuffer pixels();

  /** What decodes JPEGs where the network's input is made; null where the processor does. */
  default @Nullable JpegCard jpegs() {
    return null;
  }

  /** Makes room for a batch of at most {@code n} pictures, n from 1. */
  void begin(int n);

  /** Writes the network's input for the picture in {@code slot}, from 0 to n - 1. */
  void preprocess(int slot, Pixels pixels);

  /**
   * Runs the network on the first {@code n} slots.
   *
   * @throws dev.wwts.ModelException if it fails or its output is not n x classes
   */
  void forward(int n);

  /**
   * The {@code k} best classes of each picture, k from 1.
   *
   * @throws dev.wwts.ModelException if an output is not a number
   */
  Ranking rank(int k);

  /** The logits of each picture: n rows of classes values. */
  float[][] logits();

  /**
   * What the stages took on the device for the picture in {@code slot}, after {@link #rank}; null
   * where a stage is done when its method returns.
   */
  default @Nullable DeviceTimes times(int slot) {
    return null;
  }

  /**
   * Says that a call begins or went by without this lane, so that memory which only a huge picture
   * needed can be given back. Nothing of an earlier call is read after it.
   */
  default void rest() {}

  /** Gives memory back after a call that found too little of it; the lane goes on. */
  default void recover() {}

  @Override
  void close();
}
