package dev.wwts.internal.gallery;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What a gallery's file is made of: frames of bytes, each whole or not there. Little-endian:
 * "WGAL", the length of the payload, its CRC-32C, the CRC-32C of these three numbers and of the
 * place in the file; then the payload. With the place in it, no bytes of a payload, or of an older
 * file, pass for a frame.
 */
final class Frames {
  static final int HEADER = 16;
  private static final int MAGIC = 0x4C414757;

  /** No frame is written longer; a longer one is none. */
  static final int LONGEST = 64 << 20;

  private Frames() {}

  /** The frame that holds {@code payload}, to stand at {@code place}. */
  static byte[] of(byte[] payload, long place) {
    if (payload.length > LONGEST) {
      throw new IllegalArgumentException(
          "A change of %,d bytes is more than the %,d that a gallery takes at once."
              .formatted(payload.length, LONGEST));
    }
    ByteBuffer frame =
        ByteBuffer.allocate(HEADER + payload.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(MAGIC)
            .putInt(payload.length)
            .putInt(crc(payload, 0, payload.length));
    return frame.putInt(headerCrc(frame.array(), 0, place)).put(payload).array();
  }

  /** The payload of the frame that begins here, or null if there is none that is whole. */
  static byte @Nullable [] read(DataInputStream in, long place) throws IOException {
    byte[] header = new byte[HEADER];
    try {
      in.readFully(header);
      if (!isHeader(header, 0, place)) {
        return null;
      }
      ByteBuffer fields = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
      int length = fields.getInt(4);
      byte[] payload = in.readNBytes(length);
      return payload.length == length && crc(payload, 0, length) == fields.getInt(8)
          ? payload
          : null;
    } catch (EOFException e) {
      return null;
    }
  }

  /** Whether a frame's header stands at {@code offset} of {@code bytes}. */
  static boolean isHeader(byte[] bytes, int offset, long place) {
    ByteBuffer fields = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    return fields.getInt(offset) == MAGIC
        && fields.getInt(offset + 12) == headerCrc(bytes, offset, place)
        && fields.getInt(offset + 4) >= 0
        && fields.getInt(offset + 4) <= LONGEST;
  }

  private static int headerCrc(byte[] bytes, int offset, long place) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, HEADER - 4);
    crc.update(ByteBuffer.allocate(Long.BYTES).putLong(0, place));
    return (int) crc.getValue();
  }

  private static int crc(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }
}
