package dev.wwts.fuzz;

import dev.wwts.internal.image.Decoding;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;

/** Changes files as accidents and attackers do. */
public final class Damage {
  private static final int PNG_SIGNATURE = 8;
  private static final int PNG_CHUNK = 12;

  private Damage() {}

  /** One of the seeds, changed in some places. */
  public static byte[] of(List<byte[]> seeds, Random random) {
    byte[] damaged = seeds.get(random.nextInt(seeds.size())).clone();
    for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
      damaged = change(damaged, seeds, random);
    }
    return random.nextBoolean() ? mendPng(damaged) : damaged;
  }

  private static byte[] change(byte[] bytes, List<byte[]> seeds, Random random) {
    int length = bytes.length;
    if (length < 2) {
      return bytes;
    }
    // headers decide the most
    int at = random.nextInt(random.nextBoolean() ? Math.min(length, 64) : length);
    switch (random.nextInt(6)) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[at] = (byte) random.nextInt(256);
      case 2 ->
          Arrays.fill(
              bytes, at, Math.min(length, at + 4), (byte) (random.nextBoolean() ? 0xFF : 0));
      case 3 -> {
        return Arrays.copyOf(bytes, at);
      }
      case 4 -> {
        byte[] tail = Arrays.copyOfRange(bytes, random.nextInt(length), length);
        return Decoding.concat(Arrays.copyOf(bytes, at), tail);
      }
      default -> {
        byte[] other = seeds.get(random.nextInt(seeds.size()));
        return Decoding.concat(
            Arrays.copyOf(bytes, at),
            Arrays.copyOfRange(other, Math.min(at, other.length), other.length));
      }
    }
    return bytes;
  }

  /**
   * Puts right checksums into what may be a PNG, in place: without them hardly anything behind a
   * change is ever reached.
   */
  static byte[] mendPng(byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file);
    if (file.length < PNG_SIGNATURE || bytes.getInt(0) != 0x89504E47) {
      return file;
    }
    int at = PNG_SIGNATURE;
    while (at <= file.length - PNG_CHUNK) {
      int length = bytes.getInt(at);
      if (length < 0 || length > file.length - PNG_CHUNK - at) {
        break;
      }
      CRC32 crc = new CRC32();
      crc.update(file, at + 4, length + 4);
      bytes.putInt(at + 8 + length, (int) crc.getValue());
      at += PNG_CHUNK + length;
    }
    return file;
  }
}
