package dev.wwts.image;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * A text chunk of a PNG that may say an orientation: tEXt, zTXt or iTXt (PNG specification,
 * 11.3.3).
 *
 * @param keyword its name
 * @param from where its value begins
 * @param end where it ends
 * @param deflated whether the value is compressed
 */
record PngText(String keyword, int from, int end, boolean deflated) {
  /**
   * Values of more bytes than this are not read; Pillow refuses the picture for one. An orientation
   * stands in the first few.
   */
  private static final int MOST = 1 << 20;

  private static final int LONGEST_KEYWORD = 79;

  /**
   * The text of the chunk whose name stands at {@code name} and whose {@code length} bytes follow;
   * null where it is none, or not whole.
   */
  static @Nullable PngText read(Encoded picture, int name, int length) {
    int body = name + 4;
    boolean international = picture.has(name, "iTXt");
    boolean deflated = picture.has(name, "zTXt");
    if (!(international || deflated || picture.has(name, "tEXt"))
        || length > picture.size() - body) {
      return null;
    }
    int end = body + length;
    int zero = picture.indexOf(0, body, Math.min(end, body + LONGEST_KEYWORD + 1));
    if (zero < 0) {
      return null;
    }
    // zTXt: a method; iTXt: compressed or not, a method, a language and a translated keyword
    int from = deflated ? zero + 2 : zero + 1;
    if (international) {
      int language = picture.indexOf(0, zero + 3, end);
      int translated = language < 0 ? -1 : picture.indexOf(0, language + 1, end);
      if (translated < 0 || (picture.u8(zero + 1) != 0 && picture.u8(zero + 2) != 0)) {
        return null;
      }
      deflated = picture.u8(zero + 1) != 0;
      from = translated + 1;
    }
    String keyword = new String(picture.copy(body, zero - body), StandardCharsets.ISO_8859_1);
    return new PngText(keyword, Math.min(from, end), end, deflated);
  }

  /** The value, inflated; nothing where it is too long or can't be inflated. */
  byte[] value(Encoded picture) {
    if (end - from > MOST) {
      return new byte[0];
    }
    byte[] stored = picture.copy(from, end - from);
    return deflated ? inflate(stored) : stored;
  }

  private static byte[] inflate(byte[] deflated) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(deflated);
      byte[] part = new byte[8192];
      int count = inflater.inflate(part);
      while (count > 0 && text.size() <= MOST) {
        text.write(part, 0, count);
        count = inflater.inflate(part);
      }
      return text.size() > MOST ? new byte[0] : text.toByteArray();
    } catch (DataFormatException e) {
      return new byte[0];
    } finally {
      inflater.end();
    }
  }
}
