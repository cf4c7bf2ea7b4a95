package dev.wwts.internal.image.gif;

import dev.wwts.internal.image.format.Encoded;

/**
 * The LZW codes of a GIF frame: little-endian bit strings of growing width in blocks of at most 255
 * bytes.
 */
final class GifCodes {
  private final Encoded picture;
  private int at;
  private int blockEnd;
  private int bits;
  private int count;

  /** Begins with the block whose length byte stands at {@code at}. */
  GifCodes(Encoded picture, int at) {
    this.picture = picture;
    this.at = at;
    this.blockEnd = at;
  }

  /** The next code of {@code width} bits, 1 to 12. Throws where the frame's data end. */
  int next(int width) {
    while (count < width) {
      if (at == blockEnd) {
        openBlock();
      }
      bits |= picture.u8(at) << count;
      at++;
      count += 8;
    }
    int code = bits & (1 << width) - 1;
    bits >>>= width;
    count -= width;
    return code;
  }

  private void openBlock() {
    int length = picture.u8(at);
    if (length == 0) {
      throw picture.corrupt("the data of the GIF's first frame end before its last row");
    }
    at++;
    picture.need(at, length);
    blockEnd = at + length;
  }
}
