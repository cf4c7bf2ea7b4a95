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
    int end = from + count * bytes;
    int out = 0;
    for (int at = from; at < end; at += bytes) {
      int opacity = alpha < 0 ? 255 : row[at + alpha] & 0xFF;
      into[out++] = Alpha.onWhite(row[at + red], opacity);
      into[out++] = Alpha.onWhite(row[at + green], opacity);
      into[out++] = Alpha.onWhite(row[at + blue], opacity);
    }
  }
}
