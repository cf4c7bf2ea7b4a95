package dev.wwts.internal.image.format;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * 256 colours, as they come out: transparent ones that are laid on white are blended when they are
 * set. Entries that the picture doesn't define are black, as in Pillow.
 */
public final class Palette {
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /** Red in the lowest byte, then green and blue. */
  private final int[] colours = new int[256];

  /** The palette of a picture that has none: each index is its own grey. */
  public static Palette grey() {
    Palette palette = new Palette();
    for (int i = 0; i < 256; i++) {
      palette.set(i, i, i, i);
    }
    return palette;
  }

  /** Defines a colour. */
  public void set(int index, int red, int green, int blue) {
    colours[index] = (red & 0xFF) | (green & 0xFF) << 8 | (blue & 0xFF) << 16;
  }

  /** Lays a colour on white. */
  public void blend(int index, int alpha) {
    int colour = colours[index];
    set(
        index,
        Alpha.onWhite((byte) colour, alpha),
        Alpha.onWhite((byte) (colour >> 8), alpha),
        Alpha.onWhite((byte) (colour >> 16), alpha));
  }

  /** Looks up {@code count} indices, from 1. */
  public void expand(byte[] indices, int from, int count, byte[] into) {
    // four bytes at once, the last of which the next pixel overwrites; none behind the last one
    int last = from + count - 1;
    int at = 0;
    for (int i = from; i < last; i++) {
      INTS.set(into, at, colours[indices[i] & 0xFF]);
      at += 3;
    }
    int colour = colours[indices[last] & 0xFF];
    into[at] = (byte) colour;
    into[at + 1] = (byte) (colour >> 8);
    into[at + 2] = (byte) (colour >> 16);
  }
}
