package dev.wwts.internal.image.gif;

import dev.wwts.internal.image.format.Canvas;
import dev.wwts.internal.image.format.Encoded;
import dev.wwts.internal.image.format.Palette;
import java.util.Arrays;

/**
 * Decodes the first frame of a GIF in Java (LZW, GIF89a specification, appendix F).
 *
 * <p>OpenCV's decoder differs from Pillow in what lies outside the frame and under the
 * transparency, and is five times slower.
 */
final class GifDecoder {
  private static final int TABLE = 4096;
  private static final int MOST_CODE_BITS = 12;
  // first row and step of the passes of an interlaced frame
  private static final int[][] PASSES = {{0, 8}, {4, 8}, {2, 4}, {1, 2}};
  private static final int[][] ONE_PASS = {{0, 1}};

  // a code stands for its prefix's pixels and one more
  private final short[] prefix = new short[TABLE];
  private final byte[] suffix = new byte[TABLE];
  private final short[] length = new short[TABLE];
  private final byte[] string = new byte[TABLE + 1];
  private byte[] indices = {};
  private byte[] rgb = {};

  /**
   * Paints the first frame on {@code canvas}, and what it leaves free in the transparent colour,
   * else in colour 0.
   */
  void decode(Encoded picture, GifLayout gif, boolean onWhite, Canvas canvas) {
    Palette palette = palette(picture, gif, onWhite);
    if (indices.length < gif.header().width()) {
      indices = new byte[gif.header().width()];
      rgb = new byte[3 * gif.header().width()];
    }
    if (gif.leavesGaps()) {
      clear(gif, palette, canvas);
    }
    Painter painter = new Painter(gif, palette, canvas);
    unpack(picture, gif, painter);
  }

  private static Palette palette(Encoded picture, GifLayout gif, boolean onWhite) {
    Palette palette = gif.palette() < 0 ? Palette.grey() : new Palette();
    for (int i = 0; gif.palette() >= 0 && i < gif.colours(); i++) {
      int at = gif.palette() + 3 * i;
      palette.set(i, picture.u8(at), picture.u8(at + 1), picture.u8(at + 2));
    }
    if (onWhite && gif.transparent() >= 0) {
      palette.blend(gif.transparent(), 0);
    }
    return palette;
  }

  private void clear(GifLayout gif, Palette palette, Canvas canvas) {
    Arrays.fill(indices, (byte) Math.max(0, gif.transparent()));
    palette.expand(indices, 0, gif.header().width(), rgb);
    for (int y = 0; y < gif.header().height(); y++) {
      canvas.row(y, rgb, 0);
    }
  }

  private void unpack(Encoded picture, GifLayout gif, Painter painter) {
    int rootBits = picture.u8(gif.data());
    if (rootBits < 1 || rootBits >= MOST_CODE_BITS) {
      throw picture.corrupt("the GIF's first frame has codes of " + rootBits + " bits");
    }
    int clear = 1 << rootBits;
    GifCodes codes = new GifCodes(picture, gif.data() + 1);
    int next = clear + 2;
    int width = rootBits + 1;
    int last = -1;
    while (!painter.isDone()) {
      int code = codes.next(width);
      if (code == clear) {
        next = clear + 2;
        width = rootBits + 1;
        last = -1;
        continue;
      }
      // the end code, a code that is not defined yet, or one that would need a last one to be
      // defined
      if (code == clear + 1 || code > next || (code >= clear && last < 0) || code >= TABLE) {
        throw picture.corrupt("the data of the GIF's first frame make no sense");
      }
      int first = painter.add(code < next ? code : last, code == next, clear);
      if (last >= 0 && next < TABLE) {
        define(next++, last, clear, first);
        width = next == 1 << width && width < MOST_CODE_BITS ? width + 1 : width;
      }
      last = code;
    }
  }

  private void define(int code, int last, int clear, int first) {
    prefix[code] = (short) last;
    suffix[code] = (byte) first;
    length[code] = (short) (last < clear ? 2 : length[last] + 1);
  }

  /** Writes the {@code count} pixels that a code stands for, from the last; returns the first. */
  private int spell(int code, int count, byte[] target, int at) {
    int rest = code;
    for (int i = at + count - 1; i > at; i--) {
      target[i] = suffix[rest];
      rest = prefix[rest];
    }
    target[at] = (byte) rest;
    return rest;
  }

  /** Collects indices to rows and paints each row when it is full. */
  private final class Painter {
    private final GifLayout gif;
    private final Palette palette;
    private final Canvas canvas;
    private final int[][] passes;
    private int pass;
    private int y;
    private int x;

    Painter(GifLayout gif, Palette palette, Canvas canvas) {
      this.gif = gif;
      this.palette = palette;
      this.canvas = canvas;
      this.passes = gif.interlaced() ? PASSES : ONE_PASS;
    }

    boolean isDone() {
      return pass == passes.length;
    }

    /**
     * Adds the pixels that a code stands for, and the first of them once more where that is asked;
     * returns the first.
     */
    int add(int code, boolean again, int clear) {
      int count = code < clear ? 1 : length[code];
      // straight into the row where it has room for all of them and more
      boolean fits = x + count + 1 < gif.width();
      byte[] target = fits ? indices : string;
      int at = fits ? x : 0;
      int first = spell(code, count, target, at);
      if (again) {
        target[at + count++] = (byte) first;
      }
      if (fits) {
        x += count;
      } else {
        add(string, count);
      }
      return first;
    }

    private void add(byte[] pixels, int count) {
      int done = 0;
      while (done < count && !isDone()) {
        int part = Math.min(count - done, gif.width() - x);
        System.arraycopy(pixels, done, indices, x, part);
        x += part;
        done += part;
        if (x == gif.width()) {
          paintRow();
        }
      }
    }

    private void paintRow() {
      palette.expand(indices, 0, gif.width(), rgb);
      canvas.spread(gif.top() + y, gif.left(), 1, rgb, gif.width());
      x = 0;
      y += passes[pass][1];
      // a low frame has no rows in some passes
      while (pass < passes.length && y >= gif.height()) {
        pass++;
        y = pass < passes.length ? passes[pass][0] : 0;
      }
    }
  }
}
