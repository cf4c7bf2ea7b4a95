package dev.wwts.internal.image.png;

import dev.wwts.internal.image.format.Encoded;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
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
 * @param language where that and a translated keyword begin, before the value; -1 where it is not
 *     iTXt, whose texts are UTF-8
 */
record PngText(String keyword, int from, int end, boolean deflated, int language) {
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
    return new PngText(keyword, Math.min(from, end), end, deflated, international ? zero + 3 : -1);
  }

  /**
   * The value, inflated; nothing where it is too long or can't be inflated, and null where that is
   * so in iTXt, which Pillow then leaves out.
   */
  byte @Nullable [] value(Encoded picture) {
    byte[] stored = end - from > MOST ? null : picture.copy(from, end - from);
    byte[] value = stored == null || !deflated ? stored : inflate(stored);
    return value == null && !isInternational() ? new byte[0] : value;
  }

  boolean isInternational() {
    return language >= 0;
  }

  /** The value where it is a text; null where it is not, as Pillow then leaves it out. */
  byte @Nullable [] text(Encoded picture) {
    byte[] value = value(picture);
    boolean isText =
        value != null
            && (!isInternational()
                || (isUtf8(value) && isUtf8(picture.copy(language, from - language))));
    return isText ? value : null;
  }

  private static boolean isUtf8(byte[] value) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private static byte @Nullable [] inflate(byte[] deflated) {
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
      return text.size() > MOST ? null : text.toByteArray();
    } catch (DataFormatException e) {
      return null;
    } finally {
      inflater.end();
    }
  }
}
