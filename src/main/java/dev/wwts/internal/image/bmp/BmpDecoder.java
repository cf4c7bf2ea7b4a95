package dev.wwts.internal.image.bmp;

import dev.wwts.internal.image.format.Canvas;
import dev.wwts.internal.image.format.Encoded;
import dev.wwts.internal.image.format.Palette;
import dev.wwts.internal.image.format.PixelLayout;

/**
 * Decodes BMP in Java. OpenCV's decoder takes other decisions than Pillow: it knows fewer bit
 * fields and fills skipped run-length pixels differently.
 */
final class BmpDecoder {
  private byte[] row = {};
  private byte[] indices = {};
  private byte[] rgb = {};

  /** Paints the picture on {@code canvas}. */
  void decode(Encoded picture, BmpLayout bmp, boolean onWhite, Canvas canvas) {
    int width = bmp.header().width();
    if (rgb.length < 3 * width) {
      rgb = new byte[3 * width];
      indices = new byte[width];
    }
    if (bmp.runBits() > 0) {
      new BmpRuns(picture, (int) bmp.data())
          .decode(palette(picture, bmp), bmp, indices, rgb, canvas);
      return;
    }
    int rowBytes = (int) (((long) width * bmp.bits() + 7) / 8);
    if (row.length < rowBytes) {
      row = new byte[rowBytes];
    }
    Palette palette = bmp.bits() <= 8 ? palette(picture, bmp) : new Palette();
    PixelLayout pixel = bmp.fields().layout(bmp.bits() / 8, onWhite);
    for (int i = 0; i < bmp.header().height(); i++) {
      picture.copy((int) (bmp.data() + i * bmp.pitch()), row);
      expand(bmp, palette, pixel, width);
      canvas.row(bmp.topDown() ? i : bmp.header().height() - 1 - i, rgb, 0);
    }
  }

  /** A file that ends before its palette does is read, as by Pillow: what is not there is black. */
  private static Palette palette(Encoded picture, BmpLayout bmp) {
    int there = Math.min(bmp.colours(), (picture.size() - bmp.palette()) / bmp.entry());
    Palette palette = new Palette();
    boolean ramp = there == bmp.colours() && there > 2;
    for (int i = 0; i < there; i++) {
      int at = bmp.palette() + bmp.entry() * i;
      int red = picture.u8(at + 2);
      int green = picture.u8(at + 1);
      int blue = picture.u8(at);
      palette.set(i, red, green, blue);
      ramp &= red == i && green == i && blue == i;
    }
    // for Pillow greys in their order are no palette, and those behind it are greys as well
    return ramp ? Palette.grey() : palette;
  }

  private void expand(BmpLayout bmp, Palette palette, PixelLayout pixel, int width) {
    switch (bmp.bits()) {
      case 8 -> palette.expand(row, 0, width, rgb);
      case 16 -> expand16(width, bmp.fields().greenBits());
      case 24, 32 -> pixel.toRgb(row, 0, width, rgb);
      default -> {
        unpack(bmp.bits(), width);
        palette.expand(indices, 0, width, rgb);
      }
    }
  }

  private void unpack(int bits, int width) {
    for (int i = 0; i < width; i++) {
      int bit = i * bits;
      indices[i] = (byte) ((row[bit >> 3] >> (8 - bits - (bit & 7))) & ((1 << bits) - 1));
    }
  }

  private void expand16(int width, int greenBits) {
    int greenMost = (1 << greenBits) - 1;
    for (int i = 0; i < width; i++) {
      int pixel = (row[2 * i] & 0xFF) | (row[2 * i + 1] & 0xFF) << 8;
      rgb[3 * i] = (byte) (((pixel >> (5 + greenBits)) & 31) * 255 / 31);
      rgb[3 * i + 1] = (byte) (((pixel >> 5) & greenMost) * 255 / greenMost);
      rgb[3 * i + 2] = (byte) ((pixel & 31) * 255 / 31);
    }
  }
}
