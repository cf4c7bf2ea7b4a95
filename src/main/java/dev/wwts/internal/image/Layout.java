package dev.wwts.internal.image;

import dev.wwts.PictureException;

/** What the header of a picture says and where in its bytes the parts lie that decoding needs. */
sealed interface Layout permits JpegLayout, PngLayout, WebpLayout, GifLayout, BmpLayout {
  /** What the picture claims to be. */
  PictureHeader header();

  /**
   * Reads the layout; only as much is checked as is needed to know the size, so that a picture
   * which is too large as well as damaged is called too large.
   *
   * @throws PictureException EMPTY, UNSUPPORTED_FORMAT, TRUNCATED or CORRUPT
   */
  static Layout of(Encoded picture) {
    if (picture.size() == 0) {
      throw picture.empty();
    }
    if (picture.has(0, "\u00FF\u00D8\u00FF")) {
      return JpegLayout.read(picture);
    }
    if (picture.has(0, "\u0089PNG\r\n\u001A\n")) {
      return PngLayout.read(picture);
    }
    if (picture.has(0, "RIFF") && picture.has(8, "WEBP")) {
      return WebpLayout.read(picture);
    }
    if (picture.has(0, "GIF87a") || picture.has(0, "GIF89a")) {
      return GifLayout.read(picture);
    }
    if (picture.has(0, "BM")) {
      return BmpLayout.read(picture);
    }
    throw picture.unsupported(Magic.nameOf(picture));
  }
}
