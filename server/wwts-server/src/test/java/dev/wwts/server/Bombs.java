package dev.wwts.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/** PNG files of one grey, which deflate to a thousandth: small to send, large to decode. */
final class Bombs {
  private Bombs() {}

  /** Larger than any picture may be. */
  static List<byte[]> tooLarge() {
    return List.of(
        png(30_000, 30_000, 100),
        png(Integer.MAX_VALUE, 1, 1),
        png(1, Integer.MAX_VALUE, 1),
        png(Integer.MAX_VALUE, Integer.MAX_VALUE, 1));
  }

  /** One that is just allowed, 100 megapixels, in some 100 KB. */
  static byte[] hundredMegapixels() {
    return png(10_000, 10_000, 10_000);
  }

  /** A file of that size whose data have so many rows of at most 30,000 pixels. */
  private static byte[] png(int width, int height, int rows) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
    chunk(
        file,
        "IHDR",
        ByteBuffer.allocate(13)
            .putInt(width)
            .putInt(height)
            .put(new byte[] {8, 0, 0, 0, 0})
            .array());
    chunk(file, "IDAT", zeros(Math.min(width, 30_000) + 1, rows));
    chunk(file, "IEND", new byte[0]);
    return file.toByteArray();
  }

  private static byte[] zeros(int length, int rows) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    byte[] row = new byte[length];
    Deflater deflater = new Deflater(1);
    try (OutputStream out = new DeflaterOutputStream(packed, deflater, 1 << 16)) {
      for (int i = 0; i < rows; i++) {
        out.write(row);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      deflater.end();
    }
    return packed.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream file, String type, byte[] data) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(data);
    file.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
    file.writeBytes(name);
    file.writeBytes(data);
    file.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }
}
