package dev.wwts.internal.image.jpeg;

import dev.wwts.internal.image.format.Encoded;

/**
 * The quantisation and Huffman tables that a JPEG has defined so far (ITU-T T.81, annex B.2.4), if
 * they are such as libjpeg takes.
 */
final class PlainTables {
  private static final int QUANTISATION = 65;
  private static final int LENGTHS = 16;
  private static final int MOST_CODES = 256;

  /** Differences of DC coefficients have at most so many bits. */
  private static final int MOST_BITS = 15;

  private static final int MOST = 4;

  private final Encoded picture;
  private final boolean[] quantisation = new boolean[MOST];
  private final boolean[][] huffman = new boolean[2][MOST];

  PlainTables(Encoded picture) {
    this.picture = picture;
  }

  boolean hasQuantisation(int index) {
    return index < MOST && quantisation[index];
  }

  boolean hasDc(int index) {
    return index < MOST && huffman[0][index];
  }

  boolean hasAc(int index) {
    return index < MOST && huffman[1][index];
  }

  /** Takes in a DQT segment's content; false if it is not plain: 8 bits an entry. */
  boolean quantise(int from, int end) {
    int at = from;
    while (at + QUANTISATION <= end && picture.u8(at) < MOST) {
      quantisation[picture.u8(at)] = true;
      at += QUANTISATION;
    }
    return at == end;
  }

  /** Takes in a DHT segment's content; false if libjpeg would refuse it, or it has no codes. */
  boolean huffman(int from, int end) {
    int at = from;
    while (at + 1 + LENGTHS <= end) {
      int kind = picture.u8(at) >> 4;
      int index = picture.u8(at) & 15;
      int codes = codes(at + 1);
      int next = at + 1 + LENGTHS + codes;
      if (kind > 1 || index >= MOST || codes <= 0 || next > end) {
        return false;
      }
      for (int i = next - codes; kind == 0 && i < next; i++) {
        if (picture.u8(i) > MOST_BITS) {
          return false;
        }
      }
      huffman[kind][index] = true;
      at = next;
    }
    return at == end;
  }

  /** How many codes there are, given those of each length; -1 if they don't fit into 16 bits. */
  private int codes(int lengths) {
    int codes = 0;
    int next = 0;
    for (int bits = 1; bits <= LENGTHS; bits++) {
      int more = picture.u8(lengths + bits - 1);
      codes += more;
      next += more;
      // jpeg_make_d_derived_tbl: the code of all ones is reserved
      if (more > 0 && next >= 1 << bits) {
        return -1;
      }
      next <<= 1;
    }
    return codes <= MOST_CODES ? codes : -1;
  }
}
