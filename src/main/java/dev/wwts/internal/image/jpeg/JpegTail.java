package dev.wwts.internal.image.jpeg;

import dev.wwts.PictureException;
import dev.wwts.internal.image.format.Encoded;

/**
 * What follows the data of a JPEG with a single scan, read as libjpeg reads it when it has all rows
 * and looks for the end of the picture. OpenCV does not: it would answer a picture whose data break
 * off at another picture's beginning, the rest grey. In a JPEG of several scans libjpeg meets the
 * same before it has any row, and OpenCV refuses it.
 *
 * <p>Where the scan's data end is told by markers alone, without decoding them. libjpeg skips what
 * it does not need up to the next marker, and makes up zeros where one comes too early; at each
 * restart it takes the marker that is due, or decides by its number whether to wait for it.
 */
final class JpegTail {
  /** Pillow reads so many bytes at a time, and once it has all rows it reads no further. */
  private static final int BLOCK = 1 << 16;

  /** Codes of a Huffman table at most. */
  private static final int MOST_CODES = 256;

  private static final int DRI_LENGTH = 4;

  /** A Huffman table's number and how many codes it has of each length. */
  private static final int HUFFMAN_HEAD = 17;

  /** Huffman tables of a kind, and quantisation tables. */
  private static final int TABLES = 4;

  private static final int DHT = 0xC4;
  private static final int DAC = 0xCC;
  private static final int DQT = 0xDB;
  private static final int DNL = 0xDC;
  private static final int APP0 = 0xE0;
  private static final int APP15 = 0xEF;
  private static final int COM = 0xFE;

  private final Encoded picture;
  private final int end;

  private JpegTail(Encoded picture, int end) {
    this.picture = picture;
    this.end = end;
  }

  /** Refuses a picture whose data are followed by what can't stand between them and the end. */
  static void check(Encoded picture, JpegLayout jpeg) {
    int marker =
        behindRestarts(
            picture,
            JpegMarkers.find(picture, JpegMarkers.end(picture, jpeg.scan()), picture.size()),
            jpeg.restarts());
    if (marker >= 0) {
      long blocks = (marker + 2L + BLOCK - 1) / BLOCK;
      new JpegTail(picture, (int) Math.min(picture.size(), blocks * BLOCK)).walk(marker);
    }
  }

  /** The marker that ends the last restart interval, given the one that ends the first; or -1. */
  private static int behindRestarts(Encoded picture, int first, long restarts) {
    int marker = first;
    for (long i = 0; i < restarts && marker >= 0; i++) {
      int code = JpegMarkers.kind(picture, marker);
      // jpeg_resync_to_restart: what can't be a marker here, and restarts that are overdue
      while (code < JpegMarkers.SOF0 || (JpegMarkers.isRestart(code) && ((code - i) & 7) >= 6)) {
        marker = JpegMarkers.find(picture, marker + 2, picture.size());
        if (marker < 0) {
          return -1;
        }
        code = JpegMarkers.kind(picture, marker);
      }
      if (!JpegMarkers.isRestart(code)) {
        return marker;
      }
      // one or two too early: the data between were lost, and it waits for its turn
      long early = (code - i) & 7;
      if (early != 1 && early != 2) {
        marker = JpegMarkers.find(picture, marker + 2, picture.size());
      }
    }
    return marker;
  }

  /** From marker to marker, up to the end of the picture or of what Pillow has read of it. */
  private void walk(int first) {
    int at = first;
    while (at >= 0 && JpegMarkers.kind(picture, at) != JpegMarkers.EOI) {
      int next = behind(at, JpegMarkers.kind(picture, at));
      at = next < 0 ? -1 : JpegMarkers.find(picture, next, end);
    }
  }

  /** Behind the marker at {@code at} and its segment; -1 where the bytes end before. */
  private int behind(int at, int kind) {
    if (JpegMarkers.isRestart(kind) || kind == JpegMarkers.TEM) {
      return at + 2;
    }
    boolean hasLength = at + 4 <= end;
    if (isSkipped(kind)) {
      return hasLength ? JpegMarkers.end(picture, at) : -1;
    }
    if (isTable(kind)) {
      return hasLength ? behindTables(at, kind) : -1;
    }
    if (kind == JpegMarkers.DRI && (!hasLength || picture.u16be(at + 2) == DRI_LENGTH)) {
      return hasLength ? at + 2 + DRI_LENGTH : -1;
    }
    if (kind == JpegMarkers.SOS && isCutScan(at)) {
      return -1;
    }
    throw refused(at);
  }

  /** A further scan is refused when its header is there, a header of a wrong length before. */
  private boolean isCutScan(int at) {
    if (at + 5 > end) {
      return true;
    }
    int length = picture.u16be(at + 2);
    return length == 6 + 2 * picture.u8(at + 4) && at + 2 + length > end;
  }

  private static boolean isSkipped(int kind) {
    return kind == DNL || kind == COM || (kind >= APP0 && kind <= APP15);
  }

  private static boolean isTable(int kind) {
    return kind == DHT || kind == DQT || kind == DAC;
  }

  private int behindTables(int at, int kind) {
    int from = at + 4;
    int left = picture.u16be(at + 2) - 2;
    int least = kind == DHT ? HUFFMAN_HEAD : 1;
    while (left >= least) {
      if (from + least > end) {
        return -1;
      }
      int length = tableLength(kind, from);
      boolean tooLong = kind == DHT && (length > HUFFMAN_HEAD + MOST_CODES || length > left);
      if (tooLong || (kind == DQT && !isNumbered(kind, from))) {
        throw refused(at);
      }
      if (from + length > end) {
        return -1;
      }
      if (!isNumbered(kind, from)) {
        throw refused(at);
      }
      from += length;
      left -= length;
    }
    if (left != 0) {
      throw refused(at);
    }
    return from;
  }

  private int tableLength(int kind, int from) {
    return switch (kind) {
      case DHT -> HUFFMAN_HEAD + huffmanCodes(from);
      case DQT -> picture.u8(from) < 16 ? 65 : 129;
      default -> 2;
    };
  }

  /** Whether libjpeg has room for a table of this number; arithmetic conditioning has a range. */
  private boolean isNumbered(int kind, int from) {
    int index = picture.u8(from);
    return switch (kind) {
      case DHT -> (index & ~0x10) < TABLES;
      case DQT -> (index & 15) < TABLES;
      default -> index < 32 && (index >= 16 || isRange(picture.u8(from + 1)));
    };
  }

  private static boolean isRange(int conditioning) {
    return (conditioning & 15) <= conditioning >> 4;
  }

  private int huffmanCodes(int from) {
    int codes = 0;
    for (int i = 1; i < HUFFMAN_HEAD; i++) {
      codes += picture.u8(from + i);
    }
    return codes;
  }

  private PictureException refused(int at) {
    return picture.corrupt(
        "the JPEG's data are followed by "
            + JpegMarkers.name(picture, at)
            + " at byte "
            + at
            + " instead of their end: it was cut off or joined with another file");
  }
}
