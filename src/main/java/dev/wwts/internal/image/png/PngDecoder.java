package dev.wwts.internal.image.png;

import dev.wwts.internal.image.format.Canvas;
import dev.wwts.internal.image.format.Encoded;
import java.util.Arrays;

/**
 * Decodes PNG in Java: inflate, unfilter, convert, row by row into native memory.
 *
 * <p>Why not libpng: through OpenCV it writes to stderr for every damaged picture, takes only some
 * of Pillow's decisions, and is native code in front of hostile input; it was not faster, since
 * most of the time is zlib's either way.
 */
final class PngDecoder implements AutoCloseable {
  // first column, first row, column step, row step of Adam7's passes
  private static final int[][] PASSES = {
    {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
  };

  private final PngRows rows = new PngRows();
  private byte[] row = {};
  private byte[] above = {};
  private byte[] filtered = {};
  private byte[] rgb = {};

  /** Checks all chunks before the data; to be done before memory is reserved. */
  void verifyChunks(Encoded picture, PngLayout png) {
    png.checkClaim(picture);
    int at = 8;
    while (at < png.data()) {
      rows.verify(picture, at);
      at += PngLayout.FRAME + (int) picture.u32be(at);
    }
  }

  /** Paints the picture on {@code canvas}. */
  void decode(Encoded picture, PngLayout png, boolean onWhite, Canvas canvas) {
    PngSamples samples = new PngSamples(picture, png, onWhite);
    rows.open(png.data());
    int width = png.header().width();
    int height = png.header().height();
    reserve(png.rowBytes(width), width);
    if (!png.interlaced()) {
      pass(picture, png, samples, canvas, new int[] {0, 0, 1, 1});
      return;
    }
    for (int[] pass : PASSES) {
      if (pass[0] < width && pass[1] < height) {
        pass(picture, png, samples, canvas, pass);
      }
    }
  }

  private void reserve(long rowBytes, int width) {
    // 8 bytes of zeros to the left of the row stand for the pixel before the first one
    int length = Math.toIntExact(rowBytes + 8);
    if (row.length < length) {
      row = new byte[length];
      above = new byte[length];
      filtered = new byte[length];
    }
    if (rgb.length < 3 * width) {
      rgb = new byte[3 * width];
    }
  }

  private void pass(Encoded picture, PngLayout png, PngSamples samples, Canvas canvas, int[] pass) {
    int count = (png.header().width() - pass[0] + pass[2] - 1) / pass[2];
    int length = samples.rowBytes(count);
    int pixel = samples.pixel();
    Arrays.fill(row, 0, pixel + length, (byte) 0);
    Arrays.fill(above, 0, pixel + length, (byte) 0);
    for (int y = pass[1]; y < png.header().height(); y += pass[3]) {
      byte[] last = row;
      row = above;
      above = last;
      rows.read(picture, filtered, (int) png.rowBytes(count) + 1);
      samples.keep(filtered, count, row);
      if (!PngFilter.undo(filtered[0], row, above, length, pixel)) {
        throw picture.corrupt(
            "row " + y + " of the PNG has the unknown filter " + (filtered[0] & 0xFF));
      }
      paint(samples, canvas, pass, y, pixel, count);
    }
  }

  private void paint(PngSamples samples, Canvas canvas, int[] pass, int y, int pixel, int count) {
    if (pass[2] == 1 && samples.isPlain()) {
      canvas.row(y, row, pixel);
      return;
    }
    samples.expand(row, pixel, count, rgb);
    if (pass[2] == 1) {
      canvas.row(y, rgb, 0);
    } else {
      canvas.spread(y, pass[0], pass[2], rgb, count);
    }
  }

  @Override
  public void close() {
    rows.close();
  }
}
