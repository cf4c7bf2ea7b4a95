package dev.wwts.internal.image.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The orientation in an EXIF block: a TIFF header and the tag 0x0112 of the first directory.
 * Whatever is wrong with the block, the answer is "none": a picture is not refused for its
 * metadata. One pass over at most 65,535 entries; offsets are followed once, so nothing can loop.
 */
final class Exif {
  /** No orientation said. Values from a block are never negative. */
  static final long NONE = -1;

  /**
   * No number is said, or the block is broken: upright, and nothing else is asked, as in Pillow.
   */
  private static final long SENSELESS = 0;

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
    if (tiff.limit() == 0) {
      return NONE;
    }
    if (tiff.limit() < 8) {
      return SENSELESS;
    }
    ByteOrder order = order(tiff.order(ByteOrder.BIG_ENDIAN).getInt(0));
    return order == null ? SENSELESS : search(tiff.order(order), tiff.getInt(4) & 0xFFFF_FFFFL);
  }

  /** Of a TIFF header that Pillow takes: 42 may stand the wrong way round. */
  private static @Nullable ByteOrder order(int mark) {
    return switch (mark) {
      case 0x49492A00, 0x4949002A -> ByteOrder.LITTLE_ENDIAN;
      case 0x4D4D002A, 0x4D4D2A00, 0x4D4D002B -> ByteOrder.BIG_ENDIAN;
      default -> null;
    };
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
      int type = tiff.getShort((int) entry + 2) & 0xFFFF;
      long bytes = unit(type) * (tiff.getInt((int) entry + 4) & 0xFFFF_FFFFL);
      long at = bytes <= 4 ? entry + 8 : tiff.getInt((int) entry + 8) & 0xFFFF_FFFFL;
      if (at > tiff.limit() - bytes) {
        // Pillow reads no further behind an entry whose value is not there
        break;
      }
      if (bytes > 0 && (tiff.getShort((int) entry) & 0xFFFF) == TAG) {
        // of several the last counts, as in Pillow's dictionary
        found = value(tiff, type, (int) at);
      }
    }
    return found;
  }

  /** Bytes of one value of a TIFF type; 0 for what is none. */
  private static int unit(int type) {
    return switch (type) {
      case 1, 2, 6, 7 -> 1;
      case 3, 8 -> 2;
      case 4, 9, 11, 13 -> 4;
      case 5, 10, 12, 16 -> 8;
      default -> 0;
    };
  }

  /** The first value; {@link #SENSELESS} where it is no whole number that could be meant. */
  private static long value(ByteBuffer tiff, int type, int at) {
    return switch (type) {
      case 3, 8 -> tiff.getShort(at) & 0xFFFF;
      case 4, 9, 13 -> tiff.getInt(at) & 0xFFFF_FFFFL;
      case 5 -> quotient(tiff.getInt(at) & 0xFFFF_FFFFL, tiff.getInt(at + 4) & 0xFFFF_FFFFL);
      case 10 -> quotient(tiff.getInt(at), tiff.getInt(at + 4));
      case 6 -> tiff.get(at) & 0xFF;
      case 11 -> whole(tiff.getFloat(at));
      case 12 -> whole(tiff.getDouble(at));
      case 16 -> tiff.getLong(at) & Long.MAX_VALUE;
      // for Pillow bytes and text are no numbers
      default -> SENSELESS;
    };
  }

  private static long quotient(long numerator, long denominator) {
    return denominator == 0 ? SENSELESS : whole((double) numerator / denominator);
  }

  private static long whole(double value) {
    return value >= 0 && value == Math.rint(value) ? (long) value : SENSELESS;
  }
}
