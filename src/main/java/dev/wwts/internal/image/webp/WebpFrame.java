package dev.wwts.internal.image.webp;

import dev.wwts.internal.image.format.Encoded;
import dev.wwts.internal.image.format.PictureHeader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A frame of a WebP: where it lies in the picture, and for an animated one where its data lie in
 * the bytes.
 *
 * <p>The first frame of an animation is taken out and decoded as a still picture: libwebp's
 * animation reader, as OpenCV calls it, writes to stderr about damaged files and works on two more
 * canvases and several threads.
 *
 * @param x column where the frame begins
 * @param y row where the frame begins
 * @param width width of the frame
 * @param height height of the frame
 * @param alpha whether its data carry transparency
 * @param from where its chunks begin; 0 for a still picture
 * @param length bytes of its chunks
 */
record WebpFrame(int x, int y, int width, int height, boolean alpha, int from, int length) {
  private static final int FRAME_HEADER = 16;

  /** A still picture. */
  static WebpFrame whole(int width, int height, boolean alpha) {
    return new WebpFrame(0, 0, width, height, alpha, 0, 0);
  }

  /**
   * The first frame of an animation whose chunks begin at {@code firstChunk}, on a canvas of the
   * given size.
   */
  static WebpFrame first(Encoded picture, int firstChunk, int canvasWidth, int canvasHeight) {
    long at = firstChunk;
    while (!picture.has((int) at, "ANMF")) {
      long length = picture.u32le((int) at + 4);
      at += 8 + length + (length & 1);
      if (at > picture.size() - 8) {
        throw picture.truncated();
      }
    }
    int body = (int) at + 8;
    long length = picture.u32le((int) at + 4);
    picture.need(body, (int) Math.min(length, Integer.MAX_VALUE));
    if (length < FRAME_HEADER) {
      throw picture.corrupt("its first frame has a header of " + length + " bytes");
    }
    int x = 2 * u24(picture, body);
    int y = 2 * u24(picture, body + 3);
    int width = u24(picture, body + 6) + 1;
    int height = u24(picture, body + 9) + 1;
    if (x + width > canvasWidth || y + height > canvasHeight) {
      throw picture.corrupt("its first frame reaches over the picture");
    }
    int from = body + FRAME_HEADER;
    int bytes = (int) length - FRAME_HEADER;
    return new WebpFrame(x, y, width, height, hasAlpha(picture, from, from + bytes), from, bytes);
  }

  private static int u24(Encoded picture, int at) {
    return picture.u16le(at) | picture.u8(at + 2) << 16;
  }

  private static boolean hasAlpha(Encoded picture, int from, int end) {
    long at = from;
    while (at <= end - 13) {
      if (picture.has((int) at, "ALPH")) {
        return true;
      }
      if (picture.has((int) at, "VP8L")) {
        return (picture.u8((int) at + 12) & 0x10) != 0;
      }
      long length = picture.u32le((int) at + 4);
      at += 8 + length + (length & 1);
    }
    return false;
  }

  boolean isAnimated() {
    return from > 0;
  }

  /** Whether the frame leaves nothing of the picture free. */
  boolean covers(PictureHeader header) {
    return width == header.width() && height == header.height();
  }

  /**
   * The frame of an animation as a WebP of its own: a container, a VP8X chunk, and the frame's
   * chunks as they are.
   */
  Encoded toStill(Encoded picture) {
    ByteBuffer still = ByteBuffer.allocate(30 + length).order(ByteOrder.LITTLE_ENDIAN);
    still.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(22 + length);
    still.put("WEBPVP8X".getBytes(StandardCharsets.US_ASCII)).putInt(10).putInt(alpha ? 0x10 : 0);
    // two 24-bit numbers, less one; the second is written over the fourth byte of the first
    still
        .putInt(24, width - 1)
        .putShort(27, (short) (height - 1))
        .put(29, (byte) ((height - 1) >> 16));
    still.position(30).put(picture.view(from, length)).flip();
    return picture.with(still);
  }
}
