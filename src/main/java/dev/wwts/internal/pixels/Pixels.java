package dev.wwts.internal.pixels;

/**
 * A decoded picture in native or a card's memory: unsigned bytes, RGB, {@code height x width x 3},
 * rows without gaps (3 * width bytes each), as stored, that is not yet turned upright. Valid until
 * the {@link PixelBuffer} it lies in is used again or closed.
 *
 * @param address where the first byte lies
 * @param width stored width in pixels
 * @param height stored height in pixels
 * @param orientation how to turn it upright; cheapest after shrinking
 * @param onCard whether the address is the card's, where they will be once its stream has come so
 *     far
 */
public record Pixels(long address, int width, int height, Orientation orientation, boolean onCard) {
  /** In native memory. */
  public Pixels(long address, int width, int height, Orientation orientation) {
    this(address, width, height, orientation, false);
  }
}
