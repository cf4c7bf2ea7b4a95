package dev.wwts.internal.image.bmp;

import dev.wwts.internal.image.format.Encoded;
import dev.wwts.internal.image.format.PixelLayout;

/**
 * Where red, green, blue and alpha are in a BMP pixel of 16, 24 or 32 bits: byte numbers, -1 for no
 * alpha; or, for 16 bits, how many bits green has (5 or 6) between red and blue with 5 each.
 *
 * @param red byte of red
 * @param green byte of green
 * @param blue byte of blue
 * @param alpha byte of alpha, or -1
 * @param greenBits bits of green in a 16-bit pixel
 */
record BmpFields(int red, int green, int blue, int alpha, int greenBits) {
  private static final int MASKS = 54;
  private static final int HEADER_WITH_ALPHA = 56;

  /** Red, green, blue, alpha as Pillow 12 accepts them (BmpImagePlugin, SUPPORTED). */
  private static final long[][] KNOWN_32 = {
    {0xFF0000L, 0xFF00L, 0xFFL, 0},
    {0xFF000000L, 0xFF0000L, 0xFF00L, 0},
    {0xFF000000L, 0xFF00L, 0xFFL, 0},
    {0xFF000000L, 0xFF0000L, 0xFF00L, 0xFFL},
    {0xFFL, 0xFF00L, 0xFF0000L, 0xFF000000L},
    {0xFF0000L, 0xFF00L, 0xFFL, 0xFF000000L},
    {0xFF000000L, 0xFF00L, 0xFFL, 0xFF0000L}
  };

  private static final BmpFields BGR = new BmpFields(2, 1, 0, -1, 5);
  private static final BmpFields BGRA = new BmpFields(2, 1, 0, 3, 5);

  /** Without masks: blue, green, red, and a byte that means nothing; 5 bits each in 16. */
  static BmpFields usual() {
    return BGR;
  }

  /** Reads the masks behind, or inside, the header of {@code size} bytes. */
  static BmpFields read(Encoded picture, int size, int bits) {
    long red = picture.u32le(MASKS);
    long green = picture.u32le(MASKS + 4);
    long blue = picture.u32le(MASKS + 8);
    long alpha = size >= HEADER_WITH_ALPHA ? picture.u32le(MASKS + 12) : 0;
    if (bits == 32 && (red | green | blue | alpha) == 0) {
      return BGRA;
    }
    for (long[] known : KNOWN_32) {
      if (bits == 32
          && red == known[0]
          && green == known[1]
          && blue == known[2]
          && alpha == known[3]) {
        return new BmpFields(
            byteOf(red), byteOf(green), byteOf(blue), alpha == 0 ? -1 : byteOf(alpha), 5);
      }
    }
    if (bits == 24 && red == 0xFF0000 && green == 0xFF00 && blue == 0xFF) {
      return BGR;
    }
    if (bits == 16 && blue == 0x1F && is565or555(red, green)) {
      return new BmpFields(2, 1, 0, -1, red == 0xF800 ? 6 : 5);
    }
    throw picture.unsupported(
        "a BMP with the bit fields "
            + Long.toHexString(red)
            + ", "
            + Long.toHexString(green)
            + ", "
            + Long.toHexString(blue));
  }

  /** For pixels of 3 or 4 bytes. */
  PixelLayout layout(int bytes, boolean onWhite) {
    return new PixelLayout(bytes, red, green, blue, onWhite ? alpha : -1);
  }

  private static boolean is565or555(long red, long green) {
    return (red == 0x7C00 && green == 0x3E0) || (red == 0xF800 && green == 0x7E0);
  }

  private static int byteOf(long mask) {
    return Long.numberOfTrailingZeros(mask) / 8;
  }
}
