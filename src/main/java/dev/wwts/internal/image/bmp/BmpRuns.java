package dev.wwts.internal.image.bmp;

import dev.wwts.internal.image.format.Canvas;
import dev.wwts.internal.image.format.Encoded;
import dev.wwts.internal.image.format.Palette;

/**
 * The RLE8 and RLE4 codings of BMP, with Pillow's decisions (BmpRleDecoder): a run longer than the
 * rest of its row is cut, skipped pixels have index 0, a picture whose runs end before its last row
 * is refused, and of an odd number of literal 4-bit indices the last one is left out.
 */
final class BmpRuns {
  private final Encoded picture;
  private int at;
  private int x;
  private int y;

  /**
   * Like x, but it stays behind the last pixel of a full row until the end-of-line code: Pillow
   * cuts runs by it.
   */
  private int column;

  /** Begins with the pair of bytes at {@code at}. */
  BmpRuns(Encoded picture, int at) {
    this.picture = picture;
    this.at = at;
  }

  /** Paints all rows; {@code indices} and {@code rgb} are room for one. */
  void decode(Palette palette, BmpLayout bmp, byte[] indices, byte[] rgb, Canvas canvas) {
    int width = bmp.header().width();
    int height = bmp.header().height();
    boolean nibbles = bmp.runBits() == 4;
    Sink sink = new Sink(palette, bmp, indices, rgb, canvas);
    while (y < height) {
      int count = picture.u8(at);
      int value = picture.u8(at + 1);
      at += 2;
      if (count > 0) {
        int fitting = Math.min(count, Math.max(0, width - column));
        run(sink, fitting, nibbles ? value >> 4 : value, nibbles ? value & 15 : value);
        column += fitting;
      } else if (value == 0) {
        run(sink, x == 0 ? 0 : width - x, 0, 0);
        column = 0;
      } else if (value == 1) {
        throw picture.corrupt("the BMP's runs end before its last row");
      } else if (value == 2) {
        long skip = picture.u8(at) + (long) picture.u8(at + 1) * width;
        at += 2;
        run(sink, skip, 0, 0);
        column = x;
      } else {
        literal(sink, nibbles, value);
      }
    }
  }

  /** Pixels of two indices by turns. */
  private void run(Sink sink, long count, int first, int second) {
    for (long i = 0; i < count && y < sink.bmp.header().height(); i++) {
      sink.put((i & 1) == 0 ? first : second);
    }
  }

  private void literal(Sink sink, boolean nibbles, int count) {
    int bytes = nibbles ? count / 2 : count;
    int there = Math.min(bytes, picture.size() - at);
    for (int i = 0; i < there; i++) {
      int value = picture.u8(at + i);
      if (nibbles) {
        run(sink, 2, value >> 4, value & 15);
      } else {
        run(sink, 1, value, value);
      }
    }
    if (there < bytes && y < sink.bmp.header().height()) {
      throw picture.truncated();
    }
    at += bytes;
    column += count;
    // literals are padded to an even position in the file
    at += at & 1;
  }

  /** Collects indices to rows. */
  private final class Sink {
    private final Palette palette;
    private final BmpLayout bmp;
    private final byte[] indices;
    private final byte[] rgb;
    private final Canvas canvas;

    Sink(Palette palette, BmpLayout bmp, byte[] indices, byte[] rgb, Canvas canvas) {
      this.palette = palette;
      this.bmp = bmp;
      this.indices = indices;
      this.rgb = rgb;
      this.canvas = canvas;
    }

    void put(int value) {
      indices[x++] = (byte) value;
      if (x == bmp.header().width()) {
        palette.expand(indices, 0, x, rgb);
        canvas.row(bmp.topDown() ? y : bmp.header().height() - 1 - y, rgb, 0);
        x = 0;
        y++;
      }
    }
  }
}
