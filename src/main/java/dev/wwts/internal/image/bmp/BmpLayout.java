package dev.wwts.internal.image.bmp;

import dev.wwts.internal.image.format.Encoded;
import dev.wwts.internal.image.format.Layout;
import dev.wwts.internal.image.format.PictureHeader;
import dev.wwts.internal.pixels.Orientation;
import java.util.Locale;

/**
 * A BMP's headers (BITMAPCOREHEADER to BITMAPV5HEADER), read as Pillow reads them.
 *
 * @param header size; alpha only where a bit field names it, since the fourth byte of a plain
 *     32-bit BMP means nothing
 * @param bits bits a pixel: 1, 4, 8, 16, 24 or 32
 * @param runBits bits of an index in the runs that rows are coded in: 8 or 4; 0 for no runs
 * @param topDown whether the first row is the upper one
 * @param palette where the palette begins
 * @param entry bytes of a palette entry, 3 or 4
 * @param colours palette entries, at most 256
 * @param fields where the samples are in a pixel of more than 8 bits
 * @param data where the rows begin
 */
record BmpLayout(
    PictureHeader header,
    int bits,
    int runBits,
    boolean topDown,
    int palette,
    int entry,
    int colours,
    BmpFields fields,
    long data)
    implements Layout {
  private static final int INFO = 14;
  private static final int CORE_HEADER = 12;
  private static final int RAW = 0;
  private static final int RLE8 = 1;
  private static final int RLE4 = 2;
  private static final int BIT_FIELDS = 3;

  static BmpLayout read(Encoded picture) {
    long size = picture.u32le(INFO);
    if (size == CORE_HEADER) {
      picture.need(INFO, CORE_HEADER);
      return of(
          picture, CORE_HEADER, picture.u16le(18), picture.u16le(20), picture.u16le(24), RAW, 0);
    }
    if (size != 40 && size != 52 && size != 56 && size != 64 && size != 108 && size != 124) {
      throw picture.unsupported("a BMP with a header of " + size + " bytes");
    }
    picture.need(INFO, (int) size);
    long compression = picture.u32le(30);
    if (compression > BIT_FIELDS) {
      throw picture.unsupported("a BMP with compression " + compression);
    }
    return of(
        picture,
        (int) size,
        picture.u32le(18),
        picture.u32le(22),
        picture.u16le(28),
        (int) compression,
        picture.u32le(46));
  }

  private static BmpLayout of(
      Encoded picture,
      int size,
      long width,
      long signedHeight,
      int bits,
      int compression,
      long said) {
    boolean topDown = size != CORE_HEADER && signedHeight >> 24 == 0xFF;
    long height = topDown ? (1L << 32) - signedHeight : signedHeight;
    if (width == 0 || height == 0 || width > Integer.MAX_VALUE || height > Integer.MAX_VALUE) {
      throw picture.corrupt("its header says " + width + " x " + height + " pixels");
    }
    boolean runs = compression == RLE8 || compression == RLE4;
    if (!isKnownDepth(bits) || (runs && bits > 8)) {
      throw picture.unsupported(
          "a BMP with " + bits + " bits a pixel and compression " + compression);
    }
    BmpFields fields =
        compression == BIT_FIELDS ? BmpFields.read(picture, size, bits) : BmpFields.usual();
    int entry = size == CORE_HEADER ? 3 : 4;
    long colours = said == 0 && bits <= 8 ? 1L << bits : said;
    if (bits <= 8 && (colours < 1 || colours > 65536)) {
      throw picture.corrupt(
          String.format(Locale.ROOT, "the BMP has a palette of %d colours", colours));
    }
    long data = picture.u32le(10);
    if (data == INFO + size && bits <= 8) {
      // some writers leave the palette out of the offset
      data += entry * colours;
    } else if (data == 0) {
      data =
          INFO
              + size
              + (bits <= 8 ? entry * colours : compression == BIT_FIELDS && size == 40 ? 12 : 0);
    }
    PictureHeader header =
        new PictureHeader(
            BmpFormat.LABEL, (int) width, (int) height, Orientation.TOP_LEFT, fields.alpha() >= 0);
    return new BmpLayout(
        header,
        bits,
        compression == RLE8 ? 8 : compression == RLE4 ? 4 : 0,
        topDown,
        INFO + size,
        entry,
        (int) Math.min(256, colours),
        fields,
        data);
  }

  private static boolean isKnownDepth(int bits) {
    return bits == 1 || bits == 4 || bits == 8 || bits == 16 || bits == 24 || bits == 32;
  }

  /** Bytes from row to row: a multiple of 4. */
  long pitch() {
    return ((long) header.width() * bits + 31) / 32 * 4;
  }

  /** Refuses a picture whose rows are not all there; the padding of the last one may be missing. */
  void checkClaim(Encoded picture) {
    long rowBytes = ((long) header.width() * bits + 7) / 8;
    long end = runBits > 0 ? data + 2 : data + pitch() * (header.height() - 1) + rowBytes;
    if (end > picture.size()) {
      throw picture.truncated();
    }
  }
}
