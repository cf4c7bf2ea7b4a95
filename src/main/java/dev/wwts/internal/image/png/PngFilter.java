package dev.wwts.internal.image.png;

/**
 * Undoes a row's filter (PNG specification, section 9.2). All arithmetic is modulo 256; {@code a}
 * is the byte one pixel to the left, {@code b} the one above, {@code c} the one above {@code a}.
 */
final class PngFilter {
  private PngFilter() {}

  /**
   * Unfilters in place. Both arrays hold their row from {@code pixel} on, behind as many zeros, so
   * that no column is special.
   *
   * @param kind 0 to 4
   * @param row the filtered row
   * @param above the row above, zeros for the first
   * @param length bytes of the row
   * @param pixel bytes from a sample to the same one of the next pixel, 1 to 8
   * @return whether there is such a filter
   */
  static boolean undo(int kind, byte[] row, byte[] above, int length, int pixel) {
    int end = pixel + length;
    switch (kind) {
      case 0 -> {}
      case 1 -> sub(row, end, pixel);
      case 2 -> up(row, above, end, pixel);
      case 3 -> average(row, above, end, pixel);
      case 4 -> {
        switch (pixel) {
          case 3 -> paeth3(row, above, end);
          case 4 -> paeth4(row, above, end);
          default -> paeth(row, above, end, pixel);
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private static void sub(byte[] row, int end, int pixel) {
    for (int i = pixel; i < end; i++) {
      row[i] += row[i - pixel];
    }
  }

  private static void up(byte[] row, byte[] above, int end, int pixel) {
    for (int i = pixel; i < end; i++) {
      row[i] += above[i];
    }
  }

  private static void average(byte[] row, byte[] above, int end, int pixel) {
    for (int i = pixel; i < end; i++) {
      row[i] += (byte) (((row[i - pixel] & 0xFF) + (above[i] & 0xFF)) >> 1);
    }
  }

  private static void paeth(byte[] row, byte[] above, int end, int pixel) {
    for (int i = pixel; i < end; i++) {
      row[i] += (byte) nearest(row[i - pixel] & 0xFF, above[i] & 0xFF, above[i - pixel] & 0xFF);
    }
  }

  /** RGB with the neighbours in registers: the three chains of dependent bytes run side by side. */
  private static void paeth3(byte[] row, byte[] above, int end) {
    int a0 = 0;
    int a1 = 0;
    int a2 = 0;
    int c0 = 0;
    int c1 = 0;
    int c2 = 0;
    for (int i = 3; i < end - 2; i += 3) {
      int b0 = above[i] & 0xFF;
      int b1 = above[i + 1] & 0xFF;
      int b2 = above[i + 2] & 0xFF;
      a0 = (row[i] + nearest(a0, b0, c0)) & 0xFF;
      a1 = (row[i + 1] + nearest(a1, b1, c1)) & 0xFF;
      a2 = (row[i + 2] + nearest(a2, b2, c2)) & 0xFF;
      row[i] = (byte) a0;
      row[i + 1] = (byte) a1;
      row[i + 2] = (byte) a2;
      c0 = b0;
      c1 = b1;
      c2 = b2;
    }
  }

  /** The same for RGB with alpha. */
  private static void paeth4(byte[] row, byte[] above, int end) {
    int a0 = 0;
    int a1 = 0;
    int a2 = 0;
    int a3 = 0;
    for (int i = 4; i < end - 3; i += 4) {
      a0 = (row[i] + nearest(a0, above[i] & 0xFF, above[i - 4] & 0xFF)) & 0xFF;
      a1 = (row[i + 1] + nearest(a1, above[i + 1] & 0xFF, above[i - 3] & 0xFF)) & 0xFF;
      a2 = (row[i + 2] + nearest(a2, above[i + 2] & 0xFF, above[i - 2] & 0xFF)) & 0xFF;
      a3 = (row[i + 3] + nearest(a3, above[i + 3] & 0xFF, above[i - 1] & 0xFF)) & 0xFF;
      row[i] = (byte) a0;
      row[i + 1] = (byte) a1;
      row[i + 2] = (byte) a2;
      row[i + 3] = (byte) a3;
    }
  }

  /**
   * The Paeth predictor: of a, b and c the one nearest to a + b - c, ties in this order. Which one
   * it is can't be foreseen in a photo, so there are no branches: c where it lies strictly between
   * the others' mirror images, else the larger or the smaller of a and b. Masks are a difference's
   * sign spread over all bits.
   */
  private static int nearest(int a, int b, int c) {
    int mirror = 3 * c - a - b;
    int low = Math.min(a, b);
    int high = Math.max(a, b);
    int belowHigh = (mirror - high) >> 31;
    int inner = low ^ ((low ^ c) & belowHigh);
    int aboveLow = (low - mirror) >> 31;
    return high ^ ((high ^ inner) & aboveLow);
  }
}
