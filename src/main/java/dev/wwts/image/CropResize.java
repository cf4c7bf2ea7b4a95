package dev.wwts.image;

import dev.wwts.bundle.Geometry;
import dev.wwts.bundle.Recipe.Interpolation;

/**
 * Pillow's antialiased resize ({@code Resample.c}: 8 bits in, 8 bits between the passes and out,
 * coefficients of 22 bits), of the crop's pixels only. For pictures whose resized whole would be
 * many times the crop: a strip of 4000 x 30 pixels, its short side brought to 256, has 34,133
 * columns, of which 224 are kept.
 */
public final class CropResize {
  private static final int CHANNELS = 3;

  private CropResize() {}

  /**
   * Resizes and crops.
   *
   * @param pixels u8, H x W x 3, as stored
   * @param g the resize and crop, in the stored picture's directions
   * @param filter bilinear or bicubic
   * @param target address for u8, {@code g.height()} x {@code g.width()} x 3
   */
  public static void run(Pixels pixels, Geometry g, Interpolation filter, long target) {
    Taps columns = Taps.of(pixels.width(), g.resizedWidth(), g.left(), g.width(), filter);
    Taps rows = Taps.of(pixels.height(), g.resizedHeight(), g.top(), g.height(), filter);
    int firstRow = rows.first();
    byte[] narrowed = new byte[(rows.end() - firstRow) * g.width() * CHANNELS];
    byte[] source = new byte[(columns.end() - columns.first()) * CHANNELS];
    for (int y = firstRow; y < rows.end(); y++) {
      long offset = ((long) y * pixels.width() + columns.first()) * CHANNELS;
      Address.of(pixels.address() + offset, source.length).get(source);
      horizontal(source, columns, narrowed, (y - firstRow) * g.width() * CHANNELS);
    }
    byte[] result = new byte[g.height() * g.width() * CHANNELS];
    vertical(narrowed, rows, g.width() * CHANNELS, result);
    Address.of(target, result.length).put(result);
  }

  private static void horizontal(byte[] source, Taps taps, byte[] target, int at) {
    int out = at;
    for (int x = 0; x < taps.count(); x++) {
      int from = (taps.start(x) - taps.first()) * CHANNELS;
      for (int c = 0; c < CHANNELS; c++) {
        target[out++] = taps.sum(x, source, from + c, CHANNELS);
      }
    }
  }

  private static void vertical(byte[] source, Taps taps, int pitch, byte[] target) {
    for (int y = 0; y < taps.count(); y++) {
      int from = (taps.start(y) - taps.first()) * pitch;
      for (int x = 0; x < pitch; x++) {
        target[y * pitch + x] = taps.sum(y, source, from + x, pitch);
      }
    }
  }
}
