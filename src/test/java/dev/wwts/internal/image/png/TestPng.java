package dev.wwts.internal.image.png;

import dev.wwts.internal.image.Decoding;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Writes PNG of any colour type, depth and interlacing, with all five filters in turn, from samples
 * that the test knows.
 */
public final class TestPng {
  private static final int[][] ADAM7 = {
    {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
  };

  final int width;
  final int height;
  final int depth;
  final int colour;
  final boolean interlaced;

  /** The samples of pixel (x, y), channel c, at (y * width + x) * channels + c. */
  final int[] samples;

  public TestPng(int width, int height, int depth, int colour, boolean interlaced) {
    this.width = width;
    this.height = height;
    this.depth = depth;
    this.colour = colour;
    this.interlaced = interlaced;
    this.samples = new int[width * height * channels()];
    for (int i = 0; i < samples.length; i++) {
      // smooth enough for the filters to matter, rough enough to meet all values
      samples[i] = (i * 2654435 / 97 + i / 7) & ((1 << depth) - 1);
    }
  }

  public int channels() {
    return colour == 2 ? 3 : colour == 4 ? 2 : colour == 6 ? 4 : 1;
  }

  public int sample(int x, int y, int channel) {
    return samples[(y * width + x) * channels() + channel];
  }

  /** The whole file, with these chunks between header and data. */
  public byte[] encode(byte[]... chunks) {
    return Decoding.concat(
        signature(), header(), Decoding.concat(chunks), chunk("IDAT", deflate(rows())), end());
  }

  public static byte[] signature() {
    return Decoding.bytes(0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n');
  }

  public byte[] header() {
    ByteBuffer ihdr = ByteBuffer.allocate(13).putInt(width).putInt(height);
    ihdr.put((byte) depth).put((byte) colour).put(12, (byte) (interlaced ? 1 : 0));
    return chunk("IHDR", ihdr.array());
  }

  public static byte[] end() {
    return chunk("IEND", new byte[0]);
  }

  public static byte[] chunk(String name, byte[] data) {
    byte[] ascii = name.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(ascii);
    crc.update(data);
    return ByteBuffer.allocate(12 + data.length)
        .putInt(data.length)
        .put(ascii)
        .put(data)
        .putInt((int) crc.getValue())
        .array();
  }

  public static byte[] deflate(byte[] data) {
    Deflater deflater = new Deflater();
    deflater.setInput(data);
    deflater.finish();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] part = new byte[1024];
    while (!deflater.finished()) {
      out.write(part, 0, deflater.deflate(part));
    }
    deflater.end();
    return out.toByteArray();
  }

  /** The filtered rows before compression. */
  public byte[] rows() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int[] pass : interlaced ? ADAM7 : new int[][] {{0, 0, 1, 1}}) {
      int count = (width - pass[0] + pass[2] - 1) / pass[2];
      byte[] above = new byte[(count * channels() * depth + 7) / 8];
      for (int y = pass[1]; y < height && count > 0; y += pass[3]) {
        byte[] row = pack(pass[0], pass[2], y, above.length);
        int filter = y % 5;
        out.write(filter);
        out.writeBytes(filter(filter, row, above));
        above = row;
      }
    }
    return out.toByteArray();
  }

  private byte[] pack(int from, int step, int y, int length) {
    byte[] row = new byte[length];
    int bit = 0;
    for (int x = from; x < width; x += step) {
      for (int c = 0; c < channels(); c++) {
        int value = sample(x, y, c);
        if (depth == 16) {
          row[bit / 8] = (byte) (value >> 8);
          row[bit / 8 + 1] = (byte) value;
        } else {
          row[bit / 8] |= (byte) (value << (8 - depth - bit % 8));
        }
        bit += depth;
      }
    }
    return row;
  }

  private byte[] filter(int kind, byte[] row, byte[] above) {
    int pixel = Math.max(1, channels() * depth / 8);
    byte[] filtered = new byte[row.length];
    for (int i = 0; i < row.length; i++) {
      int a = i < pixel ? 0 : row[i - pixel] & 0xFF;
      int b = above[i] & 0xFF;
      int c = i < pixel ? 0 : above[i - pixel] & 0xFF;
      int prediction =
          switch (kind) {
            case 1 -> a;
            case 2 -> b;
            case 3 -> (a + b) / 2;
            case 4 -> paeth(a, b, c);
            default -> 0;
          };
      filtered[i] = (byte) (row[i] - prediction);
    }
    return filtered;
  }

  /** Word for word from the PNG specification, section 9.4. */
  private static int paeth(int a, int b, int c) {
    int p = a + b - c;
    int pa = Math.abs(p - a);
    int pb = Math.abs(p - b);
    int pc = Math.abs(p - c);
    return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
  }
}
