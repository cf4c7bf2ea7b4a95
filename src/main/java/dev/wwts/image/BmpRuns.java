package dev.wwts.image;

/**
 * The RLE8 coding of BMP, with Pillow's decisions (BmpRleDecoder): a run longer than the rest of
 * its row is cut, skipped pixels have index 0, and a picture whose runs end before its last row is
 * refused.
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
    Sink sink = new Sink(palette, bmp, indices, rgb, canvas);
    while (y < height) {
      int count = picture.u8(at);
      int value = picture.u8(at + 1);
      at += 2;
      if (count > 0) {
        int fitting = Math.min(count, Math.max(0, width - column));
        run(sink, fitting, value);
        column += fitting;
      } else if (value == 0) {
        run(sink, x == 0 ? 0 : width - x, 0);
        column = 0;
      } else if (value == 1) {
        throw picture.corrupt("the BMP's runs end before its last row");
      } else if (value == 2) {
        long skip = picture.u8(at) + (long) picture.u8(at + 1) * width;
        at += 2;
        run(sink, skip, 0);
        column = x;
      } else {
        literal(sink, value);
      }
    }
  }

  private void run(Sink sink, long count, int value) {
    for (long left = count; left > 0 && y < sink.bmp.header().height(); left--) {
      sink.put(value);
    }
  }

  private void literal(Sink sink, int count) {
    picture.need(at, count);
    for (int i = 0; i < count && y < sink.bmp.header().height(); i++) {
      sink.put(picture.u8(at + i));
    }
    at += count;
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
