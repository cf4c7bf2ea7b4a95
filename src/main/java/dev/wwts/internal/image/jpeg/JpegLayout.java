package dev.wwts.internal.image.jpeg;

import dev.wwts.internal.image.format.Encoded;
import dev.wwts.internal.image.format.Layout;
import dev.wwts.internal.image.format.Metadata;
import dev.wwts.internal.image.format.PictureHeader;
import dev.wwts.internal.pixels.Orientation;

/**
 * A JPEG's header: the marker segments up to the first scan (ITU-T T.81, annex B).
 *
 * @param header what the frame header claims
 * @param progressive whether the frame is progressive
 * @param manyScans whether the data may lie in more than one scan
 * @param blocks 8 x 8 blocks of all components together
 * @param restarts restart markers that a single scan is to have
 * @param scan where the first scan's marker stands
 */
record JpegLayout(
    PictureHeader header,
    boolean progressive,
    boolean manyScans,
    long blocks,
    long restarts,
    int scan)
    implements Layout {
  private static final String EXIF_NAME = "Exif\0\0";
  private static final String XMP_NAME = "http://ns.adobe.com/xap/1.0/\0";

  static JpegLayout read(Encoded picture) {
    Metadata metadata = new Metadata();
    int frame = -1;
    int interval = 0;
    int at = JpegMarkers.next(picture, 2);
    while (JpegMarkers.kind(picture, at) != JpegMarkers.SOS) {
      int kind = JpegMarkers.kind(picture, at);
      if (kind == JpegMarkers.EOI) {
        throw picture.corrupt("the JPEG ends before it has any picture data");
      }
      if (JpegMarkers.isFrame(kind)) {
        if (frame >= 0) {
          throw picture.corrupt("the JPEG has two frame headers");
        }
        frame = at;
      } else if (kind == JpegMarkers.DRI) {
        interval = picture.u16be(at + 4);
      } else if (kind == JpegMarkers.APP1) {
        readMetadata(picture, at, metadata);
      }
      at = JpegMarkers.next(picture, JpegMarkers.end(picture, at));
    }
    if (frame < 0) {
      throw picture.corrupt("the JPEG has picture data but no frame header");
    }
    return ofFrame(picture, frame, at, interval, metadata.orientation());
  }

  private static void readMetadata(Encoded picture, int at, Metadata metadata) {
    int from = at + 4;
    int length = JpegMarkers.end(picture, at) - from;
    if (picture.has(from, EXIF_NAME)) {
      metadata.appendExif(picture.view(from + EXIF_NAME.length(), length - EXIF_NAME.length()));
    } else if (picture.has(from, XMP_NAME)) {
      metadata.xmp(picture.view(from, length));
    }
  }

  private static JpegLayout ofFrame(
      Encoded picture, int frame, int scan, int interval, Orientation orientation) {
    int kind = JpegMarkers.kind(picture, frame);
    int bits = picture.u8(frame + 4);
    int height = picture.u16be(frame + 5);
    int width = picture.u16be(frame + 7);
    int components = picture.u8(frame + 9);
    refuseRarities(picture, kind, bits, components);
    if (width == 0 || height == 0) {
      throw picture.corrupt("its header says " + width + " x " + height + " pixels");
    }
    if (JpegMarkers.end(picture, frame) < frame + 10 + 3 * components) {
      throw picture.corrupt("its frame header is too short");
    }
    boolean progressive = kind == JpegMarkers.SOF_PROGRESSIVE;
    boolean manyScans = progressive || picture.u8(scan + 4) < components;
    PictureHeader header = new PictureHeader(JpegFormat.LABEL, width, height, orientation, false);
    long restarts = interval == 0 ? 0 : (units(picture, frame, width, height) - 1) / interval;
    return new JpegLayout(
        header, progressive, manyScans, blocks(picture, frame, width, height), restarts, scan);
  }

  private static void refuseRarities(Encoded picture, int kind, int bits, int components) {
    if (kind > JpegMarkers.SOF_PROGRESSIVE) {
      String coding =
          kind == 0xC3
              ? "lossless"
              : kind >= 0xC9 && kind <= 0xCB ? "arithmetic-coded" : "hierarchical";
      throw picture.unsupported("a JPEG with " + coding + " coding");
    }
    if (bits != 8) {
      throw picture.unsupported("a JPEG with " + bits + " bits a sample");
    }
    if (components != 1 && components != 3 && components != 4) {
      throw picture.unsupported("a JPEG with " + components + " colour components");
    }
  }

  /** What restart intervals count in a scan of all components (T.81, A.2: MCU). */
  private static long units(Encoded picture, int frame, int width, int height) {
    int components = picture.u8(frame + 9);
    int columns = 8;
    int rows = 8;
    for (int i = 0; components > 1 && i < components; i++) {
      int sampling = picture.u8(frame + 11 + 3 * i);
      columns = Math.max(columns, 8 * (sampling >> 4));
      rows = Math.max(rows, 8 * (sampling & 15));
    }
    return (long) ((width + columns - 1) / columns) * ((height + rows - 1) / rows);
  }

  private static long blocks(Encoded picture, int frame, int width, int height) {
    int components = picture.u8(frame + 9);
    int widest = 1;
    int highest = 1;
    for (int i = 0; i < components; i++) {
      int sampling = picture.u8(frame + 11 + 3 * i);
      widest = Math.max(widest, sampling >> 4);
      highest = Math.max(highest, sampling & 15);
    }
    long blocks = 0;
    for (int i = 0; i < components; i++) {
      int sampling = picture.u8(frame + 11 + 3 * i);
      blocks +=
          ((long) width * (sampling >> 4) / widest / 8)
              * ((long) height * (sampling & 15) / highest / 8);
    }
    return blocks;
  }

  /**
   * Refuses a header that can't be true of so few bytes: a Huffman code has at least one bit; a
   * block has one in the first scan of a progressive JPEG, and in a sequential one a second that
   * ends it.
   */
  void checkClaim(Encoded picture) {
    long leastBytes = progressive ? blocks / 8 : blocks / 4;
    if (picture.size() - scan < leastBytes) {
      throw picture.corrupt(
          "its header says "
              + header.width()
              + " x "
              + header.height()
              + " pixels, for which a JPEG needs at least "
              + leastBytes
              + " bytes; it has "
              + (picture.size() - scan));
    }
  }
}
