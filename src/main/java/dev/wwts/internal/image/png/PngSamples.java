package dev.wwts.internal.image.png;

import dev.wwts.internal.image.format.Encoded;
import dev.wwts.internal.image.format.Palette;
import dev.wwts.internal.image.format.PixelLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Turns a row of PNG samples into RGB bytes: 16 bits lose their low byte, 1, 2 and 4 bits are
 * spread over 0 to 255, indices are looked up, and transparency is dropped or laid on white.
 *
 * <p>What is not needed goes before the row's filter is undone: filters work on each byte of a
 * pixel apart, so that dropped transparency and low bytes would cost time only.
 *
 * <p>Pillow clips 16-bit grey to 255 instead, so that nearly all of it becomes white; here it is
 * treated like 16-bit colour.
 */
final class PngSamples {
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int NO_KEY = -1;
  private static final byte WHITE = (byte) 255;

  private final int colour;
  private final boolean white;
  private final Palette palette = new Palette();
  private final int[] key = {NO_KEY, NO_KEY, NO_KEY};
  private final int storedSample;
  private final int storedPixel;
  private final int depth;
  private final int channels;
  private byte[] indices = {};

  PngSamples(Encoded picture, PngLayout png, boolean onWhite) {
    this.colour = png.colour();
    this.white = onWhite;
    this.storedSample = Math.max(1, png.depth() / 8);
    this.storedPixel = storedSample * png.channels();
    if (colour == PngLayout.INDEXED) {
      readPalette(picture, png);
    } else if (white && png.transparency() >= 0 && colour <= PngLayout.RGB) {
      readKey(picture, png);
    }
    this.depth = key[0] == NO_KEY ? Math.min(8, png.depth()) : png.depth();
    // two bytes a pixel are unfiltered together as fast as one
    boolean drops = colour >= PngLayout.GREY_ALPHA && !white && storedPixel > 2;
    this.channels = png.channels() - (drops ? 1 : 0);
  }

  private void readPalette(Encoded picture, PngLayout png) {
    int colours = (int) Math.min(256, picture.u32be(png.palette()) / 3);
    for (int i = 0; i < colours; i++) {
      int at = png.palette() + 8 + 3 * i;
      palette.set(i, picture.u8(at), picture.u8(at + 1), picture.u8(at + 2));
    }
    if (white && png.transparency() >= 0) {
      int alphas = (int) Math.min(256, picture.u32be(png.transparency()));
      for (int i = 0; i < alphas; i++) {
        palette.blend(i, picture.u8(png.transparency() + 8 + i));
      }
    }
  }

  private void readKey(Encoded picture, PngLayout png) {
    int chunk = png.transparency();
    if (picture.u32be(chunk) < 2L * png.channels()) {
      return;
    }
    for (int i = 0; i < png.channels(); i++) {
      key[i] = picture.u16be(chunk + 8 + 2 * i) & ((1 << png.depth()) - 1);
    }
  }

  /** Bytes that are kept of a pixel, at least 1. */
  int pixel() {
    return Math.max(1, channels * depth / 8);
  }

  /** Bytes that are kept of a row of {@code count} pixels. */
  int rowBytes(int count) {
    return (int) (((long) count * channels * depth + 7) / 8);
  }

  /**
   * Copies what is needed of {@code count} filtered pixels, which begin at 1, to where they begin
   * in {@code row}, at {@link #pixel}. The byte behind them may be written over.
   */
  void keep(byte[] filtered, int count, byte[] row) {
    int pixel = pixel();
    if (pixel == storedPixel) {
      System.arraycopy(filtered, 1, row, pixel, rowBytes(count));
    } else if (storedPixel == 4 && pixel == 3) {
      // the commonest picture with alpha: its byte is written over by the next pixel
      for (int i = 0; i < count; i++) {
        INTS.set(row, 3 + 3 * i, (int) INTS.get(filtered, 1 + 4 * i));
      }
    } else {
      for (int c = 0; c < channels; c++) {
        for (int i = 0; i < count; i++) {
          row[pixel + i * channels + c] = filtered[1 + i * storedPixel + c * storedSample];
        }
      }
    }
  }

  /** Whether samples are RGB bytes already, so that rows need no {@link #expand}. */
  boolean isPlain() {
    return channels == 3 && depth == 8 && key[0] == NO_KEY;
  }

  /** Converts {@code count} pixels of what was kept, which begin at {@code from}. */
  void expand(byte[] row, int from, int count, byte[] into) {
    if (depth < 8) {
      unpack(row, from, count);
      expandIndices(indices, 0, count, into);
    } else if (channels == 1 && depth == 8) {
      expandIndices(row, from, count, into);
    } else {
      expandSamples(row, from, count, into);
    }
  }

  private void unpack(byte[] row, int from, int count) {
    if (indices.length < count) {
      indices = new byte[count];
    }
    int mask = (1 << depth) - 1;
    for (int i = 0; i < count; i++) {
      int bit = i * depth;
      indices[i] = (byte) ((row[from + (bit >> 3)] >> (8 - depth - (bit & 7))) & mask);
    }
  }

  private void expandIndices(byte[] values, int from, int count, byte[] into) {
    if (colour == PngLayout.INDEXED) {
      palette.expand(values, from, count, into);
      return;
    }
    int scale = 255 / ((1 << depth) - 1);
    for (int i = 0; i < count; i++) {
      int value = values[from + i] & 0xFF;
      byte grey = (byte) (value == key[0] ? 255 : value * scale);
      into[3 * i] = grey;
      into[3 * i + 1] = grey;
      into[3 * i + 2] = grey;
    }
  }

  private void expandSamples(byte[] row, int from, int count, byte[] into) {
    int sample = depth / 8;
    int green = colour == PngLayout.GREY || colour == PngLayout.GREY_ALPHA ? 0 : sample;
    int alpha = white && colour >= PngLayout.GREY_ALPHA ? pixel() - sample : -1;
    new PixelLayout(pixel(), 0, green, 2 * green, alpha).toRgb(row, from, count, into);
    for (int i = 0; key[0] != NO_KEY && i < count; i++) {
      if (isKey(row, from + i * pixel())) {
        Arrays.fill(into, 3 * i, 3 * i + 3, WHITE);
      }
    }
  }

  /** Whether the pixel has the colour that is transparent. */
  private boolean isKey(byte[] row, int at) {
    for (int i = 0; i < channels; i++) {
      int value =
          depth == 8
              ? row[at + i] & 0xFF
              : (row[at + 2 * i] & 0xFF) << 8 | (row[at + 2 * i + 1] & 0xFF);
      if (value != key[i]) {
        return false;
      }
    }
    return true;
  }
}
