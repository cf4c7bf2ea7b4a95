package dev.wwts.image;

/** Steps from marker to marker through a JPEG (ITU-T T.81, annex B.1.1). */
final class JpegMarkers {
  static final int SOF_PROGRESSIVE = 0xC2;
  static final int EOI = 0xD9;
  static final int SOS = 0xDA;
  static final int APP1 = 0xE1;

  private static final int RST0 = 0xD0;
  private static final int SOI = 0xD8;
  private static final int TEM = 0x01;
  private static final int WINDOW = 8192;

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

  /** Where the segment of the marker at {@code at} ends. */
  static int end(Encoded picture, int at) {
    int kind = kind(picture, at);
    if (kind == TEM || (kind >= RST0 && kind <= EOI)) {
      return at + 2;
    }
    int length = picture.u16be(at + 2);
    if (length < 2) {
      throw picture.corrupt("the JPEG has a segment of length " + length + " at byte " + at);
    }
    return at + 2 + length;
  }

  /**
   * The first marker from {@code at} on; junk before it is skipped as libjpeg does. Throws
   * TRUNCATED where there is none.
   */
  static int next(Encoded picture, int at) {
    int marker = at;
    while (picture.u8(marker) != 0xFF || !isMarker(picture.u8(marker + 1), false)) {
      marker++;
    }
    return marker;
  }

  /**
   * Number of scans from the one at {@code scan} on, up to the end of the picture or of its bytes;
   * {@code most} ends the count.
   */
  static int countScans(Encoded picture, int scan, int most) {
    byte[] window = new byte[WINDOW];
    int scans = 0;
    int at = scan;
    while (at >= 0 && scans < most && kind(picture, at) != EOI) {
      scans += kind(picture, at) == SOS ? 1 : 0;
      at = following(picture, at, window);
    }
    return scans;
  }

  /** Whether an EOI marker ends the scans that begin at {@code scan}. */
  static boolean isComplete(Encoded picture, int scan) {
    byte[] window = new byte[WINDOW];
    int at = scan;
    while (at >= 0 && kind(picture, at) != EOI) {
      at = following(picture, at, window);
    }
    return at >= 0;
  }

  /** The marker behind the one at {@code at} and its entropy-coded data, or -1. */
  private static int following(Encoded picture, int at, byte[] window) {
    if (at > picture.size() - 4) {
      return -1;
    }
    // a segment length below 2 is left to libjpeg to complain about; here the walk has to go on
    int end = at + 2 + Math.max(2, picture.u16be(at + 2));
    return find(picture, end, window);
  }

  /**
   * Entropy-coded data hold FF only before 00 (a stuffed byte), restart markers and fill bytes. A
   * window at a time: half the cost.
   */
  private static int find(Encoded picture, int from, byte[] window) {
    int at = from;
    while (at < picture.size() - 1) {
      int count = picture.copy(at, window);
      for (int i = 0; i < count - 1; i++) {
        if (window[i] == -1 && isMarker(window[i + 1] & 0xFF, true)) {
          return at + i;
        }
      }
      at += count - 1;
    }
    return -1;
  }

  private static boolean isMarker(int code, boolean skipRestarts) {
    return code != 0 && code != 0xFF && !(skipRestarts && code >= RST0 && code < SOI);
  }
}
