package dev.wwts.internal.image.format;

import dev.wwts.PictureException;
import dev.wwts.PictureException.Reason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.bytedeco.javacpp.BytePointer;

/**
 * An encoded picture: reads at absolute positions, each checked against the end, and the exceptions
 * for what is wrong with it. Reading behind the end is the picture's fault and throws TRUNCATED.
 */
public final class Encoded {
  private static final long EACH_BYTE = 0x0101_0101_0101_0101L;
  private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

  private final ByteBuffer bytes;
  private final String name;
  private final String formats;

  /**
   * The bytes between position and limit of {@code encoded}, which stay as they are.
   *
   * @param name how messages call the picture
   * @param formats what it could be converted to, such as {@code JPEG or PNG}
   */
  public Encoded(ByteBuffer encoded, String name, String formats) {
    this.bytes = encoded.slice().order(ByteOrder.BIG_ENDIAN);
    this.name = name;
    this.formats = formats;
  }

  /** Other bytes that hold the same picture. */
  public Encoded with(ByteBuffer other) {
    return new Encoded(other, name, formats);
  }

  /** Number of bytes. */
  public int size() {
    return bytes.limit();
  }

  /** The byte at {@code at}, 0 to 255. */
  public int u8(int at) {
    need(at, 1);
    return bytes.get(at) & 0xFF;
  }

  /** Two bytes, the higher one first. */
  public int u16be(int at) {
    need(at, 2);
    return bytes.getShort(at) & 0xFFFF;
  }

  /** Two bytes, the lower one first. */
  public int u16le(int at) {
    return Short.reverseBytes((short) u16be(at)) & 0xFFFF;
  }

  /** Four bytes, the highest one first. */
  public long u32be(int at) {
    need(at, 4);
    return bytes.getInt(at) & 0xFFFF_FFFFL;
  }

  /** Four bytes, the lowest one first. */
  public long u32le(int at) {
    return Integer.reverseBytes((int) u32be(at)) & 0xFFFF_FFFFL;
  }

  /**
   * Whether all of {@code ascii} (one byte a character) stands at {@code at}; false, not an error,
   * behind the end.
   */
  public boolean has(int at, String ascii) {
    if (at < 0 || at > size() - ascii.length()) {
      return false;
    }
    for (int i = 0; i < ascii.length(); i++) {
      if ((bytes.get(at + i) & 0xFF) != ascii.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Where the first byte {@code value} stands from {@code from} to before {@code end}, or -1. Eight
   * bytes at a time: it reads whole JPEGs.
   */
  public int indexOf(int value, int from, int end) {
    long wanted = value * EACH_BYTE;
    int at = Math.max(0, from);
    for (; at <= end - 8; at += 8) {
      // a byte is zero where it was the wanted one; the lowest such byte gets its highest bit set
      long different = Long.reverseBytes(bytes.getLong(at)) ^ wanted;
      long found = (different - EACH_BYTE) & ~different & HIGH_BITS;
      if (found != 0) {
        return at + Long.numberOfTrailingZeros(found) / 8;
      }
    }
    for (; at < end; at++) {
      if ((bytes.get(at) & 0xFF) == value) {
        return at;
      }
    }
    return -1;
  }

  /** Fills {@code into} from {@code at}, as far as there are bytes; returns how many. */
  public int copy(int at, byte[] into) {
    int count = Math.max(0, Math.min(into.length, size() - at));
    bytes.get(at, into, 0, count);
    return count;
  }

  /** Copies exactly {@code count} bytes. */
  public byte[] copy(int at, int count) {
    need(at, count);
    byte[] into = new byte[count];
    bytes.get(at, into);
    return into;
  }

  /** The bytes from {@code at}, {@code count} of them or as many as there are, as a view. */
  public ByteBuffer view(int at, int count) {
    int from = Math.min(at, size());
    return bytes.slice(from, Math.min(count, size() - from));
  }

  /** Whether the bytes lie in native memory. */
  boolean isDirect() {
    return bytes.isDirect();
  }

  /** Copies all of it to native memory. */
  void copyTo(BytePointer target) {
    if (bytes.hasArray()) {
      target.put(bytes.array(), bytes.arrayOffset(), size());
    } else {
      target.asByteBuffer().put(bytes.duplicate());
    }
  }

  /**
   * Text for messages: what stands at {@code at}, with everything unprintable as a question mark.
   */
  public String text(int at, int count) {
    return new String(copy(at, count), StandardCharsets.ISO_8859_1).replaceAll("[^ -~]", "?");
  }

  /** Checks that {@code count} bytes stand at {@code at}; throws TRUNCATED. */
  public void need(int at, int count) {
    if (at < 0 || count < 0 || at > size() - count) {
      throw truncated();
    }
  }

  /** Of more than is decoded; {@code what} goes on from the picture's name. */
  public PictureException tooLarge(String what) {
    return new PictureException(Reason.TOO_LARGE, name + " " + what);
  }

  /** The same, with the reason that the memory was refused for. */
  public PictureException tooLarge(String what, Throwable cause) {
    return new PictureException(Reason.TOO_LARGE, name + " " + what, cause);
  }

  /** Cut off: TRUNCATED. */
  public PictureException truncated() {
    return new PictureException(
        Reason.TRUNCATED,
        name + " is cut off: it ends after " + size() + " bytes, before its data do");
  }

  /** Damaged: CORRUPT; {@code what} says how. */
  public PictureException corrupt(String what) {
    return new PictureException(Reason.CORRUPT, name + " is damaged: " + what);
  }

  /** The same, with what was thrown for it. */
  public PictureException corrupt(String what, Throwable cause) {
    return new PictureException(Reason.CORRUPT, name + " is damaged: " + what, cause);
  }

  /** Not decoded: UNSUPPORTED_FORMAT; {@code what} is the kind with its article. */
  public PictureException unsupported(String what) {
    return new PictureException(
        Reason.UNSUPPORTED_FORMAT,
        name + " is " + what + ", which is not decoded here; convert it to " + formats);
  }

  /** No bytes: EMPTY. */
  public PictureException empty() {
    return new PictureException(Reason.EMPTY, name + " is empty: it has no bytes");
  }
}
