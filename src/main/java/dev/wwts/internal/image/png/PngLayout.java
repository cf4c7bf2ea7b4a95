package dev.wwts.internal.image.png;

import dev.wwts.PictureException;
import dev.wwts.internal.image.format.Encoded;
import dev.wwts.internal.image.format.Layout;
import dev.wwts.internal.image.format.PictureHeader;

/**
 * A PNG's header and where its chunks lie (PNG specification, third edition).
 *
 * @param header what IHDR claims
 * @param depth bits a sample: 1, 2, 4, 8 or 16
 * @param colour colour type: {@link #GREY}, {@link #RGB}, {@link #INDEXED}, {@link #GREY_ALPHA} or
 *     {@link #RGB_ALPHA}
 * @param interlaced whether the rows come in Adam7's seven passes
 * @param palette where the PLTE chunk begins, or -1
 * @param transparency where the tRNS chunk begins, or -1
 * @param data where the first IDAT chunk begins, or -1
 * @param dataBytes length of the consecutive IDAT chunks together
 */
record PngLayout(
    PictureHeader header,
    int depth,
    int colour,
    boolean interlaced,
    int palette,
    int transparency,
    int data,
    long dataBytes)
    implements Layout {
  static final int GREY = 0;
  static final int RGB = 2;
  static final int INDEXED = 3;
  static final int GREY_ALPHA = 4;
  static final int RGB_ALPHA = 6;

  /** Bytes of a chunk besides its data: length, name and checksum. */
  static final int FRAME = 12;

  private static final int FIRST_CHUNK = 8;
  private static final int IHDR_LENGTH = 13;

  /** Deflate makes at most 1032 bytes of one (zlib's technical notes). */
  private static final int BEST_RATIO = 1032;

  static PngLayout read(Encoded picture) {
    if (!picture.has(FIRST_CHUNK + 4, "IHDR") || picture.u32be(FIRST_CHUNK) != IHDR_LENGTH) {
      picture.need(FIRST_CHUNK, 8);
      throw picture.corrupt(
          "the PNG does not begin with an IHDR chunk of " + IHDR_LENGTH + " bytes");
    }
    picture.need(FIRST_CHUNK, FRAME + IHDR_LENGTH);
    int at = FIRST_CHUNK + 8;
    long width = picture.u32be(at);
    long height = picture.u32be(at + 4);
    if (width == 0 || height == 0 || width > Integer.MAX_VALUE || height > Integer.MAX_VALUE) {
      throw picture.corrupt("its header says " + width + " x " + height + " pixels");
    }
    int depth = picture.u8(at + 8);
    int colour = picture.u8(at + 9);
    if (!isDefined(depth, colour)) {
      throw undefined(picture, depth + " bits for colour type " + colour);
    }
    if (picture.u8(at + 10) != 0) {
      throw undefined(picture, "compression method " + picture.u8(at + 10));
    }
    if (picture.u8(at + 11) != 0) {
      throw undefined(picture, "filter method " + picture.u8(at + 11));
    }
    if (picture.u8(at + 12) > 1) {
      throw undefined(picture, "interlace method " + picture.u8(at + 12));
    }
    PngChunks chunks = PngChunks.walk(picture, FIRST_CHUNK + FRAME + IHDR_LENGTH);
    boolean alpha = colour >= GREY_ALPHA || chunks.transparency() >= 0;
    PictureHeader header =
        new PictureHeader(
            PngFormat.LABEL, (int) width, (int) height, chunks.metadata().orientation(), alpha);
    boolean interlaced = picture.u8(at + 12) == 1;
    return new PngLayout(
        header,
        depth,
        colour,
        interlaced,
        chunks.palette(),
        chunks.transparency(),
        chunks.data(),
        chunks.dataBytes());
  }

  private static PictureException undefined(Encoded picture, String what) {
    return picture.corrupt("its header says " + what + ", which PNG does not define");
  }

  private static boolean isDefined(int depth, int colour) {
    return switch (colour) {
      case GREY -> depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
      case INDEXED -> depth == 1 || depth == 2 || depth == 4 || depth == 8;
      case RGB, GREY_ALPHA, RGB_ALPHA -> depth == 8 || depth == 16;
      default -> false;
    };
  }

  /** Samples a pixel. */
  int channels() {
    return switch (colour) {
      case RGB -> 3;
      case GREY_ALPHA -> 2;
      case RGB_ALPHA -> 4;
      default -> 1;
    };
  }

  /** Bytes of a row of {@code width} pixels, without its filter byte. */
  long rowBytes(int width) {
    return ((long) width * channels() * depth + 7) / 8;
  }

  /** Refuses a picture without data, or with so few that they can't be what the header says. */
  void checkClaim(Encoded picture) {
    if (data < 0) {
      // IEND is the last thing a PNG has: without data and without it, the rest is missing
      throw picture.has(picture.size() - 8, "IEND")
          ? picture.corrupt("the PNG has no picture data")
          : picture.truncated();
    }
    if (colour == INDEXED && palette < 0) {
      throw picture.corrupt("the PNG has colour indices but no palette");
    }
    long needed = (rowBytes(header.width()) * header.height()) / BEST_RATIO;
    if (dataBytes < needed) {
      throw picture.corrupt(
          "its header says "
              + header.width()
              + " x "
              + header.height()
              + " pixels, for which a PNG needs at least "
              + needed
              + " bytes; it has "
              + dataBytes);
    }
  }
}
