package dev.wwts.internal.image;

import dev.wwts.PictureException;
import dev.wwts.internal.image.format.Encoded;
import dev.wwts.internal.image.format.PictureHeader;
import java.util.Locale;

/**
 * How large a picture may be; checked against its header, before memory is taken for it.
 *
 * @param maxPixels largest width times height, 1 to {@link #MOST_PIXELS}
 * @param maxBytes largest encoded size in bytes, at least 1
 */
public record Limits(long maxPixels, long maxBytes) {
  /**
   * The most that {@code maxPixels} can be: 3 bytes a pixel stay below 2 GiB. OpenCV's own limit,
   * 2^30, lies above.
   */
  public static final long MOST_PIXELS = Integer.MAX_VALUE / 3;

  /**
   * The longest side, as in libpng: a row has to fit into memory several times. Only PNG and BMP
   * can claim longer ones.
   */
  public static final int LONGEST_SIDE = 1_000_000;

  /** 128 million pixels, so that a phone's 108 are read, and 64 MiB. */
  public static final Limits DEFAULT = new Limits(128_000_000L, 64L * 1024 * 1024);

  /** Checks the ranges; throws IllegalArgumentException that names the value. */
  public Limits {
    if (maxPixels < 1 || maxPixels > MOST_PIXELS) {
      throw new IllegalArgumentException(
          "maxPixels must be 1 to " + MOST_PIXELS + ", not " + maxPixels);
    }
    if (maxBytes < 1) {
      throw new IllegalArgumentException("maxBytes must be at least 1, not " + maxBytes);
    }
  }

  void checkBytes(Encoded picture) {
    if (picture.size() > maxBytes) {
      throw tooLarge(
          picture,
          "has %,d bytes, more than the limit of %,d;"
              + " raise maxBytes (--max-bytes) if such pictures are expected",
          picture.size(),
          maxBytes);
    }
  }

  void checkPixels(Encoded picture, PictureHeader header) {
    if (header.pixels() > maxPixels) {
      throw tooLarge(
          picture,
          "says it has %d x %d = %,d pixels, more than the limit of %,d;"
              + " raise maxPixels (--max-pixels, at most %,d) if such pictures are expected",
          header.width(),
          header.height(),
          header.pixels(),
          maxPixels,
          MOST_PIXELS);
    }
    if (header.width() > LONGEST_SIDE || header.height() > LONGEST_SIDE) {
      throw tooLarge(
          picture,
          "says it has %d x %d pixels; a side of more than %,d pixels is not decoded",
          header.width(),
          header.height(),
          LONGEST_SIDE);
    }
  }

  private static PictureException tooLarge(Encoded picture, String format, Object... values) {
    return picture.tooLarge(String.format(Locale.ROOT, format, values));
  }
}
