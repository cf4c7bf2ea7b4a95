package dev.wwts.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The orientation in an EXIF block: a TIFF header and the tag 0x0112 of the first directory.
 * Whatever is wrong with the block, the answer is "none": a picture is not refused for its
 * metadata. One pass over at most 65,535 entries; offsets are followed once, so nothing can loop.
 */
final class Exif {
  /** No orientation said. Values from a block are never negative. */
  static final long NONE = -1;

  private static final int TAG = 0x0112;
  private static final int ENTRY = 12;

  private Exif() {}

  /**
   * The orientation tag's value, or {@link #NONE}. {@code block} begins with the TIFF header or
   * with {@code Exif\0\0}.
   */
  static long orientation(ByteBuffer block) {
    ByteBuffer tiff = block.slice();
    while (startsWithName(tiff)) {
      tiff = tiff.slice(6, tiff.limit() - 6);
    }
    if (tiff.limit() < 8) {
      return NONE;
    }
    int mark = tiff.order(ByteOrder.BIG_ENDIAN).getInt(0);
    if (mark == 0x49492A00) {
      tiff.order(ByteOrder.LITTLE_ENDIAN);
    } else if (mark != 0x4D4D002A) {
      return NONE;
    }
    return search(tiff, tiff.getInt(4) & 0xFFFF_FFFFL);
  }

  private static boolean startsWithName(ByteBuffer block) {
    return block.limit() >= 6
        && block.get(0) == 'E'
        && block.get(1) == 'x'
        && block.get(2) == 'i'
        && block.get(3) == 'f'
        && block.get(4) == 0
        && block.get(5) == 0;
  }

  private static long search(ByteBuffer tiff, long directory) {
    if (directory > tiff.limit() - 2) {
      return NONE;
    }
    int count = tiff.getShort((int) directory) & 0xFFFF;
    long found = NONE;
    for (int i = 0; i < count; i++) {
      long entry = directory + 2 + (long) i * ENTRY;
      if (entry > tiff.limit() - ENTRY) {
        break;
      }
      if ((tiff.getShort((int) entry) & 0xFFFF) == TAG) {
        long value = value(tiff, (int) entry);
        // of several the last counts, as in Pillow's dictionary
        found = value == NONE ? found : value;
      }
    }
    return found;
  }

  /**
   * The first value of an entry of one of the whole-number types; the others are not what the tag
   * is written with.
   */
  private static long value(ByteBuffer tiff, int entry) {
    int unit =
        switch (tiff.getShort(entry + 2)) {
          case 3, 8 -> 2;
          case 4, 9 -> 4;
          default -> 0;
        };
    long bytes = unit * (tiff.getInt(entry + 4) & 0xFFFF_FFFFL);
    if (bytes == 0) {
      return NONE;
    }
    long at = bytes <= 4 ? entry + 8 : tiff.getInt(entry + 8) & 0xFFFF_FFFFL;
    if (at > tiff.limit() - bytes) {
      return NONE;
    }
    return unit == 2 ? tiff.getShort((int) at) & 0xFFFF : tiff.getInt((int) at) & 0xFFFF_FFFFL;
  }
}
