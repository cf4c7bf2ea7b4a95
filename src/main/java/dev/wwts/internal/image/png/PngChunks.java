package dev.wwts.internal.image.png;

import dev.wwts.internal.image.format.Encoded;
import dev.wwts.internal.image.format.Metadata;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One walk over the chunks of a PNG, from length to length; no data are looked at but metadata. It
 * ends without complaint where the chunks stop making sense: the decoder meets the fault again
 * where it matters.
 */
final class PngChunks {
  private static final String XMP = "XML:com.adobe.xmp";
  private static final String RAW_EXIF = "Raw profile type exif";

  /** Pillow refuses a picture for more text than so many of the longest. */
  private static final int MOST_TEXTS = 64;

  private final Metadata metadata = new Metadata();
  private int palette = -1;
  private int transparency = -1;
  private int data = -1;
  private long dataBytes;
  private boolean dataEnded;
  private final Deque<PngText> rawExif = new ArrayDeque<>();
  private final Deque<PngText> xmp = new ArrayDeque<>();

  private PngChunks() {}

  static PngChunks walk(Encoded picture, int from) {
    PngChunks chunks = new PngChunks();
    long at = from;
    while (at <= picture.size() - 8
        && isName(picture, (int) at + 4)
        && !picture.has((int) at + 4, "IEND")) {
      chunks.note(picture, (int) at, (int) Math.min(picture.u32be((int) at), Integer.MAX_VALUE));
      at += PngLayout.FRAME + picture.u32be((int) at);
    }
    chunks.readTexts(picture);
    return chunks;
  }

  /**
   * The last text of each kind, when all are known. As in Pillow an XMP that is no UTF-8 counts
   * where no other is, and the profile that ImageMagick writes where there is no eXIf chunk.
   */
  private void readTexts(Encoded picture) {
    byte[] packet = first(xmp, text -> text.text(picture));
    if (packet == null || packet.length == 0) {
      packet = first(xmp, text -> text.isInternational() ? text.value(picture) : null);
    }
    if (packet != null) {
      metadata.xmp(ByteBuffer.wrap(packet));
    }
    byte[] profile = metadata.hasExif() ? null : first(rawExif, text -> text.text(picture));
    ByteBuffer raw = profile == null ? null : unhex(profile);
    if (raw != null) {
      metadata.exif(raw);
    }
  }

  private static byte @Nullable [] first(
      Deque<PngText> texts, Function<PngText, byte @Nullable []> read) {
    for (PngText text : texts) {
      byte[] value = read.apply(text);
      if (value != null) {
        return value;
      }
    }
    return null;
  }

  private static void add(Deque<PngText> texts, PngText text) {
    texts.addFirst(text);
    if (texts.size() > MOST_TEXTS) {
      texts.removeLast();
    }
  }

  /** Whether four letters stand there, the only thing a chunk may be called. */
  private static boolean isName(Encoded picture, int at) {
    for (int i = at; i < at + 4; i++) {
      int letter = picture.u8(i) | 0x20;
      if (letter < 'a' || letter > 'z') {
        return false;
      }
    }
    return true;
  }

  private void note(Encoded picture, int at, int length) {
    int name = at + 4;
    int body = at + 8;
    if (picture.has(name, "IDAT")) {
      data = data < 0 ? at : data;
      dataBytes += dataEnded ? 0 : Math.min(length, picture.size() - body);
      return;
    }
    dataEnded = data >= 0;
    if (picture.has(name, "IHDR")) {
      throw picture.corrupt("the PNG has two headers");
    }
    if (picture.has(name, "PLTE") && !dataEnded) {
      palette = at;
    } else if (picture.has(name, "tRNS") && !dataEnded) {
      transparency = at;
    } else if (picture.has(name, "eXIf")) {
      metadata.exif(picture.view(body, length));
    } else {
      note(picture, PngText.read(picture, name, length));
    }
  }

  private void note(Encoded picture, @Nullable PngText text) {
    if (text == null) {
      return;
    }
    switch (text.keyword()) {
      case "exif" -> metadata.exif(picture.view(text.from(), text.end() - text.from()));
      case RAW_EXIF -> add(rawExif, text);
      case XMP -> add(xmp, text);
      default -> {}
    }
  }

  /**
   * The profile is text: newline, kind, newline, length, newline, then hexadecimal digits in lines.
   */
  private static @Nullable ByteBuffer unhex(byte[] profile) {
    String[] parts = new String(profile, StandardCharsets.ISO_8859_1).split("\n", 4);
    if (parts.length < 4) {
      return null;
    }
    try {
      return ByteBuffer.wrap(HexFormat.of().parseHex(parts[3].replaceAll("\\s", "")));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  Metadata metadata() {
    return metadata;
  }

  int palette() {
    return palette;
  }

  int transparency() {
    return transparency;
  }

  int data() {
    return data;
  }

  long dataBytes() {
    return dataBytes;
  }
}
