package dev.wwts.internal.image.png;

import dev.wwts.internal.image.format.Encoded;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The inflated bytes of a PNG's consecutive IDAT chunks. Each chunk's checksum is verified before
 * its data are used. Kept for the next picture; the inflater is native memory and has to be closed.
 */
final class PngRows implements AutoCloseable {
  private static final int WINDOW = 1 << 16;

  private final Inflater inflater = new Inflater();
  private final CRC32 crc = new CRC32();
  private final byte[] window = new byte[WINDOW];
  private int used;
  private int filled;
  private int nextChunk;

  /** Begins with the IDAT chunk at {@code firstChunk}. */
  void open(int firstChunk) {
    inflater.reset();
    used = 0;
    filled = 0;
    nextChunk = firstChunk;
  }

  /** Checks that the chunk at {@code at} is whole and that its checksum is right. */
  void verify(Encoded picture, int at) {
    long length = picture.u32be(at);
    if (length > picture.size() - PngLayout.FRAME - at) {
      throw picture.truncated();
    }
    crc.reset();
    crc.update(picture.view(at + 4, (int) length + 4));
    if (crc.getValue() != picture.u32be(at + 8 + (int) length)) {
      throw picture.corrupt(
          "the checksum of the PNG chunk "
              + picture.text(at + 4, 4)
              + " at byte "
              + at
              + " is wrong");
    }
  }

  /** Reads exactly {@code count} bytes. */
  void read(Encoded picture, byte[] into, int count) {
    int done = 0;
    while (done < count) {
      if (used == filled) {
        refill(picture);
      }
      int part = Math.min(count - done, filled - used);
      System.arraycopy(window, used, into, done, part);
      used += part;
      done += part;
    }
  }

  private void refill(Encoded picture) {
    used = 0;
    filled = 0;
    try {
      while (filled == 0) {
        filled = inflater.inflate(window);
        if (filled == 0) {
          feed(picture);
        }
      }
    } catch (DataFormatException e) {
      throw picture.corrupt("the compressed data of the PNG make no sense", e);
    }
  }

  private void feed(Encoded picture) {
    if (inflater.finished() || inflater.needsDictionary()) {
      throw picture.corrupt("the PNG has fewer rows than its header says");
    }
    if (!picture.has(nextChunk + 4, "IDAT")) {
      if (nextChunk > picture.size() - PngLayout.FRAME) {
        throw picture.truncated();
      }
      throw picture.corrupt("the PNG's data end before its last row");
    }
    int length = (int) picture.u32be(nextChunk);
    ByteBuffer body = picture.view(nextChunk + 8, length < 0 ? Integer.MAX_VALUE : length);
    if (length >= 0 && length <= picture.size() - PngLayout.FRAME - nextChunk) {
      verify(picture, nextChunk);
      nextChunk += PngLayout.FRAME + length;
    } else {
      // cut off: what is there may still hold all rows, as Pillow sees it
      nextChunk = picture.size();
    }
    inflater.setInput(body);
  }

  @Override
  public void close() {
    inflater.end();
  }
}
