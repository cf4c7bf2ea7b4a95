package dev.wwts.internal.image.format;

import dev.wwts.internal.pixels.Orientation;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a picture's metadata say about its orientation, in Pillow's order: EXIF, and XMP
 * where EXIF says nothing.
 */
public final class Metadata {
  // Pillow 12, Image.getexif
  private static final Pattern XMP = Pattern.compile("tiff:Orientation(?:=\"|>)([0-9])");

  private @Nullable ByteBuffer exif;
  private @Nullable ByteBuffer xmp;

  /** An EXIF block; a later one replaces an earlier one. */
  public void exif(ByteBuffer block) {
    exif = block;
  }

  /** A further part of the EXIF block: JPEG spreads one that is long over several segments. */
  public void appendExif(ByteBuffer part) {
    ByteBuffer first = exif;
    exif =
        first == null
            ? part
            : ByteBuffer.allocate(first.remaining() + part.remaining())
                .put(first.duplicate())
                .put(part.duplicate())
                .flip();
  }

  public boolean hasExif() {
    return exif != null;
  }

  /** An XMP packet; a later one replaces an earlier one. */
  public void xmp(ByteBuffer packet) {
    xmp = packet;
  }

  /** The orientation, upright where nothing legible is said. */
  public Orientation orientation() {
    long tag = exif == null ? Exif.NONE : Exif.orientation(exif);
    if (tag == Exif.NONE && xmp != null) {
      Matcher match = XMP.matcher(StandardCharsets.ISO_8859_1.decode(xmp.duplicate()));
      tag = match.find() ? Long.parseLong(match.group(1)) : tag;
    }
    return Orientation.ofTag(tag);
  }
}
