package dev.wwts.internal.image.format;

/**
 * Where the samples lie in a pixel of whole bytes: turns rows of such pixels into RGB.
 *
 * @param bytes from a pixel to the next one
 * @param red byte of the red sample, from 0; grey has all three in the same
 * @param green byte of the green sample
 * @param blue byte of the blue sample
 * @param alpha byte of the transparency by which the pixel is laid on white; -1 where there is none
 *     or it is dropped
 */
public record PixelLayout(int bytes, int red, int green, int blue, int alpha) {
  /** Converts {@code count} pixels, which begin at {@code from}. */
  public void toRgb(byte[] row, int from, int count, byte[] into) {
    if (alpha < 0) {
      copy(row, from, count, into);
    } else {
      blend(row, from, count, into);
    }
  }

  private void copy(byte[] row, int from, int count, byte[] into) {
    for (int i = 0; i < count; i++) {
      int at = from + i * bytes;
      into[3 * i] = row[at + red];
      into[3 * i + 1] = row[at + green];
      into[3 * i + 2] = row[at + blue];
    }
  }

  private void blend(byte[] row, int from, int count, byte[] into) {
    int at = from;
    for (int out = 0; out < 3 * count; out += 3) {
      int opacity = row[at + alpha] & 0xFF;
      into[out] = Alpha.onWhite(row[at + red], opacity);
      into[out + 1] = Alpha.onWhite(row[at + green], opacity);
      into[out + 2] = Alpha.onWhite(row[at + blue], opacity);
      at += bytes;
    }
  }
}
