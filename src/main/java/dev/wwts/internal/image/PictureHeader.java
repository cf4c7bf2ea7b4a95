package dev.wwts.internal.image;

import dev.wwts.PictureException;
import java.nio.ByteBuffer;

/**
 * What the first bytes of a picture claim; nothing is decoded and nothing is allocated for it.
 *
 * @param format the format, told by content
 * @param width stored width in pixels, at least 1
 * @param height stored height in pixels, at least 1
 * @param orientation how the stored picture has to be turned: from EXIF, else from XMP, else
 *     upright
 * @param alpha whether the format carries transparency for this picture
 */
public record PictureHeader(
    PictureFormat format, int width, int height, Orientation orientation, boolean alpha) {

  /**
   * Reads the header of the picture between position and limit of {@code encoded}, which stay as
   * they are.
   *
   * @param name how messages call the picture
   * @throws PictureException EMPTY, UNSUPPORTED_FORMAT, TRUNCATED or CORRUPT
   */
  public static PictureHeader read(ByteBuffer encoded, String name) {
    return Layout.of(new Encoded(encoded, name)).header();
  }

  /** Number of pixels, width times height. */
  public long pixels() {
    return (long) width * height;
  }

  /** Bytes of the decoded picture: 3 a pixel. */
  public long bytes() {
    return 3 * pixels();
  }

  /** Width in pixels after turning upright. */
  public int uprightWidth() {
    return orientation.swapsSides() ? height : width;
  }

  /** Height in pixels after turning upright. */
  public int uprightHeight() {
    return orientation.swapsSides() ? width : height;
  }
}
