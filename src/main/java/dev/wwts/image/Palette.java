package dev.wwts.image;

/**
 * 256 colours, as they come out: with {@link AlphaMode#WHITE} the transparent ones are blended when
 * they are set. Entries that the picture doesn't define are black, as in Pillow.
 */
final class Palette {
  private final byte[] rgb = new byte[3 * 256];

  /** The palette of a picture that has none: each index is its own grey. */
  static Palette grey() {
    Palette palette = new Palette();
    for (int i = 0; i < 256; i++) {
      palette.set(i, i, i, i);
    }
    return palette;
  }

  /** Defines a colour. */
  void set(int index, int red, int green, int blue) {
    rgb[3 * index] = (byte) red;
    rgb[3 * index + 1] = (byte) green;
    rgb[3 * index + 2] = (byte) blue;
  }

  /** Lays a colour on white. */
  void blend(int index, int alpha) {
    for (int i = 3 * index; i < 3 * index + 3; i++) {
      rgb[i] = Alpha.onWhite(rgb[i] & 0xFF, alpha);
    }
  }

  /** Looks up {@code count} indices. */
  void expand(byte[] indices, int from, int count, byte[] into) {
    int at = 0;
    for (int i = from; i < from + count; i++) {
      int entry = 3 * (indices[i] & 0xFF);
      into[at] = rgb[entry];
      into[at + 1] = rgb[entry + 1];
      into[at + 2] = rgb[entry + 2];
      at += 3;
    }
  }
}
