package dev.wwts.internal.image.jpeg;

import dev.wwts.internal.image.format.Encoded;
import java.util.Locale;

/** Steps from marker to marker through a JPEG (ITU-T T.81, annex B.1.1). */
final class JpegMarkers {
  static final int SOF_PROGRESSIVE = 0xC2;
  static final int EOI = 0xD9;
  static final int SOS = 0xDA;
  static final int DRI = 0xDD;
  static final int APP1 = 0xE1;
  static final int SOF0 = 0xC0;
  static final int RST0 = 0xD0;
  static final int SOI = 0xD8;
  static final int TEM = 0x01;

  private JpegMarkers() {}

  /** The code of the marker that stands at {@code at}. */
  static int kind(Encoded picture, int at) {
    return picture.u8(at + 1);
  }

  /**
   * Whether the marker begins a frame header: SOF0 to SOF15 without DHT, JPG and DAC, which lie
   * between them.
   */
  static boolean isFrame(int kind) {
    return kind >= 0xC0 && kind <= 0xCF && kind != 0xC4 && kind != 0xC8 && kind != 0xCC;
  }

  /**
   * Where the segment of the marker at {@code at} ends. A length below 2, which does not even count
   * itself, is taken for 2: so do libjpeg and Pillow for segments that they skip, and libjpeg
   * refuses it in the others.
   */
  static int end(Encoded picture, int at) {
    int kind = kind(picture, at);
    if (kind >= RST0 && kind <= EOI) {
      return at + 2;
    }
    return at + 2 + Math.max(2, picture.u16be(at + 2));
  }

  /**
   * The first marker of the header from {@code at} on; junk before it is skipped as libjpeg does.
   * Throws TRUNCATED where there is none.
   */
  static int next(Encoded picture, int at) {
    int marker = find(picture, at, picture.size());
    if (marker < 0) {
      throw picture.truncated();
    }
    if (kind(picture, marker) < SOF0) {
      throw picture.corrupt(
          "the JPEG's header has the unknown marker "
              + name(picture, marker)
              + " at byte "
              + marker);
    }
    return marker;
  }

  /** How messages call the marker at {@code at}. */
  static String name(Encoded picture, int at) {
    return String.format(Locale.ROOT, "FF%02X", kind(picture, at));
  }

  /**
   * Number of scans from the one at {@code scan} on, up to the end of the picture or of its bytes;
   * {@code most} ends the count.
   */
  static int countScans(Encoded picture, int scan, int most) {
    int scans = 0;
    int at = scan;
    while (at >= 0 && scans < most && kind(picture, at) != EOI) {
      scans += kind(picture, at) == SOS ? 1 : 0;
      at = following(picture, at);
    }
    return scans;
  }

  /** Whether an EOI marker ends the scans that begin at {@code scan}. */
  static boolean isComplete(Encoded picture, int scan) {
    int at = scan;
    while (at >= 0 && kind(picture, at) != EOI) {
      at = following(picture, at);
    }
    return at >= 0;
  }

  /** The marker behind the one at {@code at} and its entropy-coded data, or -1. */
  private static int following(Encoded picture, int at) {
    if (at > picture.size() - 4) {
      return -1;
    }
    int next = find(picture, at + 2 + Math.max(2, picture.u16be(at + 2)), picture.size());
    while (next >= 0 && isRestart(kind(picture, next))) {
      next = find(picture, next + 2, picture.size());
    }
    return next;
  }

  static boolean isRestart(int kind) {
    return kind >= RST0 && kind < SOI;
  }

  /**
   * The first marker whose two bytes lie from {@code from} to before {@code end}, or -1.
   * Entropy-coded data hold FF only before 00 (a stuffed byte), restart markers and fill bytes.
   */
  static int find(Encoded picture, int from, int end) {
    int at = picture.indexOf(0xFF, from, end - 1);
    while (at >= 0) {
      int code = picture.u8(at + 1);
      if (code != 0 && code != 0xFF) {
        return at;
      }
      at = picture.indexOf(0xFF, at + 1, end - 1);
    }
    return -1;
  }
}
