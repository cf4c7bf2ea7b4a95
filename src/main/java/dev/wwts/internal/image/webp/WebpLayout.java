package dev.wwts.internal.image.webp;

import dev.wwts.internal.image.format.Encoded;
import dev.wwts.internal.image.format.Layout;
import dev.wwts.internal.image.format.Metadata;
import dev.wwts.internal.image.format.PictureHeader;
import dev.wwts.internal.pixels.Orientation;

/**
 * A WebP's header: the RIFF container and the header of the VP8, VP8L or VP8X chunk (RFC 9649).
 *
 * @param header what the first chunk claims
 * @param frame the picture within it: all of a still one, the first frame of an animated one
 */
record WebpLayout(PictureHeader header, WebpFrame frame) implements Layout {
  private static final int FIRST_CHUNK = 12;

  /** An orientation stands in the first bytes of XMP. */
  private static final int MOST_XMP = 1 << 20;

  private static final int FLAG_ANIMATION = 2;
  private static final int FLAG_XMP = 4;
  private static final int FLAG_EXIF = 8;
  private static final int FLAG_ALPHA = 16;

  static WebpLayout read(Encoded picture) {
    int body = FIRST_CHUNK + 8;
    if (picture.has(FIRST_CHUNK, "VP8 ")) {
      return lossy(picture, body);
    }
    if (picture.has(FIRST_CHUNK, "VP8L")) {
      return lossless(picture, body);
    }
    if (picture.has(FIRST_CHUNK, "VP8X")) {
      return extended(picture, body);
    }
    picture.need(FIRST_CHUNK, 8);
    throw picture.corrupt("the WebP begins with a chunk named " + picture.text(FIRST_CHUNK, 4));
  }

  private static WebpLayout lossy(Encoded picture, int body) {
    picture.need(body, 10);
    // RFC 6386, section 9.1: a key frame has bit 0 clear and this start code
    if ((picture.u8(body) & 1) != 0 || !picture.has(body + 3, "\u009D\u0001*")) {
      throw picture.corrupt("its VP8 data begin with no key frame");
    }
    return of(
        picture,
        picture.u16le(body + 6) & 0x3FFF,
        picture.u16le(body + 8) & 0x3FFF,
        false,
        Orientation.TOP_LEFT);
  }

  private static WebpLayout lossless(Encoded picture, int body) {
    picture.need(body, 5);
    long bits = picture.u32le(body + 1);
    if (picture.u8(body) != 0x2F || bits >> 29 != 0) {
      throw picture.corrupt("its VP8L data begin with no known header");
    }
    boolean alpha = (bits >> 28 & 1) != 0;
    return of(
        picture,
        (int) (bits & 0x3FFF) + 1,
        (int) (bits >> 14 & 0x3FFF) + 1,
        alpha,
        Orientation.TOP_LEFT);
  }

  private static WebpLayout extended(Encoded picture, int body) {
    picture.need(body, 10);
    int flags = picture.u8(body);
    int width = (int) (picture.u32le(body + 3) >> 8) + 1;
    int height = (int) (picture.u32le(body + 6) >> 8) + 1;
    boolean alpha = (flags & FLAG_ALPHA) != 0;
    WebpLayout still = of(picture, width, height, alpha, metadata(picture, flags).orientation());
    if ((flags & FLAG_ANIMATION) == 0) {
      return still;
    }
    return new WebpLayout(still.header, WebpFrame.first(picture, FIRST_CHUNK, width, height));
  }

  private static WebpLayout of(
      Encoded picture, int width, int height, boolean alpha, Orientation orientation) {
    if (width == 0 || height == 0) {
      throw picture.corrupt("its header says " + width + " x " + height + " pixels");
    }
    PictureHeader header = new PictureHeader(WebpFormat.LABEL, width, height, orientation, alpha);
    return new WebpLayout(header, WebpFrame.whole(width, height, alpha));
  }

  /**
   * EXIF and XMP chunks count where the header announces them, the first of each, as in libwebp's
   * demuxer.
   */
  private static Metadata metadata(Encoded picture, int flags) {
    Metadata metadata = new Metadata();
    boolean exif = (flags & FLAG_EXIF) != 0;
    boolean xmp = (flags & FLAG_XMP) != 0;
    long at = FIRST_CHUNK;
    while ((exif || xmp) && at <= picture.size() - 8) {
      int body = (int) at + 8;
      long length = picture.u32le((int) at + 4);
      int view = (int) Math.min(length, Integer.MAX_VALUE);
      if (exif && picture.has((int) at, "EXIF")) {
        metadata.exif(picture.view(body, view));
        exif = false;
      } else if (xmp && picture.has((int) at, "XMP ")) {
        metadata.xmp(picture.view(body, Math.min(view, MOST_XMP)));
        xmp = false;
      }
      at = body + length + (length & 1);
    }
    return metadata;
  }

  /** Refuses a WebP that is shorter than its container says. */
  void checkClaim(Encoded picture) {
    if (picture.u32le(4) + 8 > picture.size()) {
      throw picture.truncated();
    }
  }
}
