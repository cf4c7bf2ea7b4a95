package dev.wwts.image;

/**
 * Turns a row of PNG samples into RGB bytes: 16 bits lose their low byte, 1, 2 and 4 bits are
 * spread over 0 to 255, indices are looked up, and transparency is dropped or laid on white.
 *
 * <p>Pillow clips 16-bit grey to 255 instead, so that nearly all of it becomes white; here it is
 * treated like 16-bit colour.
 */
final class PngSamples {
  private static final int NO_KEY = -1;

  private final int depth;
  private final int colour;
  private final int channels;
  private final boolean white;
  private final Palette palette = new Palette();
  private final int[] key = {NO_KEY, NO_KEY, NO_KEY};
  private byte[] indices = {};

  PngSamples(Encoded picture, PngLayout png, AlphaMode alpha) {
    this.depth = png.depth();
    this.colour = png.colour();
    this.channels = png.channels();
    this.white = alpha == AlphaMode.WHITE;
    if (colour == PngLayout.INDEXED) {
      readPalette(picture, png);
    } else if (white && png.transparency() >= 0 && colour <= PngLayout.RGB) {
      readKey(picture, png.transparency());
    }
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

  private void readKey(Encoded picture, int chunk) {
    if (picture.u32be(chunk) < 2L * channels) {
      return;
    }
    for (int i = 0; i < channels; i++) {
      key[i] = picture.u16be(chunk + 8 + 2 * i) & ((1 << depth) - 1);
    }
  }

  /** Whether samples are RGB bytes already, so that rows need no {@link #expand}. */
  boolean isPlain() {
    return colour == PngLayout.RGB && depth == 8 && key[0] == NO_KEY;
  }

  /** Converts {@code count} pixels that begin at {@code from}. */
  void expand(byte[] row, int from, int count, byte[] into) {
    if (depth < 8) {
      unpack(row, from, count);
      expandIndices(indices, 0, count, into);
    } else if (channels == 1 && depth == 8) {
      expandIndices(row, from, count, into);
    } else if (colour == PngLayout.RGB_ALPHA && depth == 8 && !white) {
      dropAlpha(row, from, count, into);
    } else {
      expandSamples(row, from, count, into);
    }
  }

  /** The commonest picture with alpha, apart from the others for speed. */
  private static void dropAlpha(byte[] row, int from, int count, byte[] into) {
    for (int i = 0; i < count; i++) {
      into[3 * i] = row[from + 4 * i];
      into[3 * i + 1] = row[from + 4 * i + 1];
      into[3 * i + 2] = row[from + 4 * i + 2];
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
    int pixel = channels * sample;
    boolean grey = colour == PngLayout.GREY || colour == PngLayout.GREY_ALPHA;
    boolean alpha = white && colour >= PngLayout.GREY_ALPHA;
    int green = grey ? 0 : sample;
    for (int i = 0; i < count; i++) {
      int at = from + i * pixel;
      int opacity = alpha ? row[at + pixel - sample] & 0xFF : isKey(row, at) ? 0 : 255;
      byte r = row[at];
      byte g = row[at + green];
      byte b = row[at + 2 * green];
      into[3 * i] = opacity == 255 ? r : Alpha.onWhite(r & 0xFF, opacity);
      into[3 * i + 1] = opacity == 255 ? g : Alpha.onWhite(g & 0xFF, opacity);
      into[3 * i + 2] = opacity == 255 ? b : Alpha.onWhite(b & 0xFF, opacity);
    }
  }

  private boolean isKey(byte[] row, int at) {
    if (key[0] == NO_KEY) {
      return false;
    }
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
