package dev.wwts.internal.image.gif;

import dev.wwts.internal.image.format.Encoded;
import dev.wwts.internal.image.format.Layout;
import dev.wwts.internal.image.format.PictureHeader;
import dev.wwts.internal.pixels.Orientation;

/**
 * A GIF up to its first frame (GIF89a specification). As in Pillow, a frame that reaches over the
 * screen makes the picture larger, bytes between blocks are skipped, and a frame without any
 * palette is grey.
 *
 * @param header size of the picture: the screen, or more where the frame needs it
 * @param left column where the frame begins
 * @param top row where the frame begins
 * @param width width of the frame
 * @param height height of the frame
 * @param interlaced whether the rows come in four passes
 * @param palette where the frame's palette begins, or -1
 * @param colours entries of the palette
 * @param transparent the transparent index, or -1
 * @param data where the frame's data begin, with the byte that gives the code size
 */
record GifLayout(
    PictureHeader header,
    int left,
    int top,
    int width,
    int height,
    boolean interlaced,
    int palette,
    int colours,
    int transparent,
    int data)
    implements Layout {
  private static final int SCREEN = 13;
  private static final int DESCRIPTOR = 10;
  private static final int GRAPHIC_CONTROL = 0xF9;

  /** A code of 12 bits stands for at most 4096 pixels, so a byte for at most this many. */
  private static final int MOST_PIXELS_A_BYTE = 4096 * 8 / 12 + 1;

  static GifLayout read(Encoded picture) {
    int flags = picture.u8(10);
    picture.need(0, SCREEN);
    int at = SCREEN + paletteBytes(flags);
    int transparent = -1;
    int block = picture.u8(at);
    while (block != ',') {
      if (block == ';') {
        throw picture.corrupt("the GIF ends without a frame");
      }
      if (block == '!') {
        transparent = transparent(picture, at, transparent);
        at = skipBlocks(picture, at + 2);
      } else {
        at++;
      }
      block = picture.u8(at);
    }
    return ofFrame(picture, at, flags, transparent);
  }

  private static int paletteBytes(int flags) {
    return (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
  }

  private static int transparent(Encoded picture, int at, int before) {
    boolean control = picture.u8(at + 1) == GRAPHIC_CONTROL && picture.u8(at + 2) >= 4;
    return control && (picture.u8(at + 3) & 1) != 0 ? picture.u8(at + 6) : before;
  }

  private static int skipBlocks(Encoded picture, int from) {
    int at = from;
    int length = picture.u8(at);
    while (length != 0) {
      at += 1 + length;
      length = picture.u8(at);
    }
    return at + 1;
  }

  private static GifLayout ofFrame(Encoded picture, int at, int screenFlags, int transparent) {
    picture.need(at, DESCRIPTOR);
    int left = picture.u16le(at + 1);
    int top = picture.u16le(at + 3);
    int width = picture.u16le(at + 5);
    int height = picture.u16le(at + 7);
    int flags = picture.u8(at + 9);
    int pictureWidth = Math.max(picture.u16le(6), left + width);
    int pictureHeight = Math.max(picture.u16le(8), top + height);
    if (width == 0 || height == 0) {
      throw picture.corrupt("its first frame has " + width + " x " + height + " pixels");
    }
    int local = paletteBytes(flags);
    int global = paletteBytes(screenFlags);
    int palette = local > 0 ? at + DESCRIPTOR : global > 0 ? SCREEN : -1;
    PictureHeader header =
        new PictureHeader(
            GifFormat.LABEL, pictureWidth, pictureHeight, Orientation.TOP_LEFT, transparent >= 0);
    return new GifLayout(
        header,
        left,
        top,
        width,
        height,
        (flags & 0x40) != 0,
        palette,
        (local > 0 ? local : global) / 3,
        transparent,
        at + DESCRIPTOR + local);
  }

  /** Whether the frame leaves a part of the picture free. */
  boolean leavesGaps() {
    return width < header.width() || height < header.height();
  }

  /** Refuses a frame that can't come out of so few bytes. */
  void checkClaim(Encoded picture) {
    picture.need(data, 1);
    long room = (long) (picture.size() - data) * MOST_PIXELS_A_BYTE;
    if ((long) width * height > room) {
      throw picture.truncated();
    }
  }
}
