package dev.wwts.internal.image.format;

import dev.wwts.internal.pixels.Orientation;
import dev.wwts.internal.pixels.Pixels;

/**
 * What the first bytes of a picture claim; nothing is decoded and nothing is allocated for it.
 *
 * @param format what the format is called
 * @param width stored width in pixels, at least 1
 * @param height stored height in pixels, at least 1
 * @param orientation how the stored picture has to be turned: from EXIF, else from XMP, else
 *     upright
 * @param alpha whether the format carries transparency for this picture
 */
public record PictureHeader(
    String format, int width, int height, Orientation orientation, boolean alpha) {

  /** Number of pixels, width times height. */
  public long pixels() {
    return (long) width * height;
  }

  /** Bytes of the decoded picture: 3 a pixel. */
  public long bytes() {
    return 3 * pixels();
  }

  /** The decoded picture at {@code address}, which is a card's or not. */
  public Pixels pixelsAt(long address, boolean onCard) {
    return new Pixels(address, width, height, orientation, onCard);
  }
}
