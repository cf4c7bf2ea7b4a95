package dev.wwts.internal.image;

import dev.wwts.internal.image.format.Encoded;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Names what a file is that is none of the decoded formats, so that the message can say what to
 * convert.
 */
final class Magic {
  private static final int TEXT_SAMPLE = 512;
  private static final int TARGA_HEADER = 18;
  private static final String TARGA_FOOTER = "TRUEVISION-XFILE.\0";

  private record Known(int at, String bytes, String name) {}

  // the more telling first: "ftyp" alone comes behind the brands it is told by
  private static final List<Known> KNOWN =
      List.of(
          new Known(0, "II*\0", "a TIFF"),
          new Known(0, "MM\0*", "a TIFF"),
          new Known(0, "II+\0", "a BigTIFF"),
          new Known(0, "MM\0+", "a BigTIFF"),
          new Known(4, "ftypavi", "an AVIF"),
          new Known(4, "ftyphei", "a HEIC"),
          new Known(4, "ftyphev", "a HEIC"),
          new Known(4, "ftypmif1", "a HEIF"),
          new Known(4, "ftypmsf1", "a HEIF"),
          new Known(4, "ftypcrx", "a Canon raw file (CR3)"),
          new Known(4, "ftyp", "a video or another file of the MP4 family"),
          new Known(4, "jP  \r\n\u0087\n", "a JPEG 2000"),
          new Known(0, "\u00FFO\u00FFQ", "a JPEG 2000 code stream"),
          new Known(4, "JXL \r\n\u0087\n", "a JPEG XL"),
          new Known(0, "\u00FF\n", "a JPEG XL code stream"),
          new Known(0, "8BPS", "a Photoshop file (PSD)"),
          new Known(0, "%PDF", "a PDF"),
          new Known(0, "%!PS", "PostScript"),
          new Known(0, "\0\0\u0001\0", "a Windows icon (ICO)"),
          new Known(0, "\0\0\u0002\0", "a Windows cursor (CUR)"),
          new Known(0, "DDS ", "a DirectDraw texture (DDS)"),
          new Known(0, "qoif", "a QOI"),
          new Known(0, "v/1\u0001", "an OpenEXR"),
          new Known(0, "#?RADIANCE", "a Radiance HDR"),
          new Known(0, "icns", "an Apple icon (ICNS)"),
          new Known(0, "\n\u0005\u0001", "a PCX"),
          new Known(0, "PK\u0003\u0004", "a ZIP archive"),
          new Known(0, "Rar!", "a RAR archive"),
          new Known(0, "7z\u00BC\u00AF", "a 7z archive"),
          new Known(0, "\u001F\u008B", "gzip data"),
          new Known(0, "\u001AE\u00DF\u00A3", "a Matroska or WebM video"),
          new Known(0, "RIFF", "a RIFF file (AVI, WAV) but no WebP"));

  private Magic() {}

  /** What the picture is, with its article, such as {@code a TIFF}. */
  static String nameOf(Encoded picture) {
    if (isTarga(picture)) {
      return "a Targa (TGA)";
    }
    for (Known known : KNOWN) {
      if (picture.has(known.at, known.bytes)) {
        return known.name;
      }
    }
    byte[] sample = new byte[TEXT_SAMPLE];
    int count = picture.copy(0, sample);
    if (isNetpbm(sample, count)) {
      return "a Netpbm picture (PNM)";
    }
    if (!looksLikeText(sample, count)) {
      return "of an unknown format";
    }
    String head = new String(sample, 0, count, StandardCharsets.ISO_8859_1);
    if (head.contains("<svg")) {
      return "an SVG";
    }
    return head.contains("<html")
            || head.contains("<!DOCTYPE html")
            || head.contains("<!doctype html")
        ? "an HTML page"
        : "text";
  }

  /**
   * Targa has no magic number: either the footer of its second version, or a header all of whose
   * fields make sense, the colour map's being zeros where there is none.
   */
  private static boolean isTarga(Encoded picture) {
    if (picture.has(picture.size() - TARGA_FOOTER.length(), TARGA_FOOTER)) {
      return true;
    }
    if (picture.size() <= TARGA_HEADER) {
      return false;
    }
    int map = picture.u8(1);
    int kind = picture.u8(2);
    boolean noMap =
        map == 0
            && (kind == 2 || kind == 3 || kind == 10 || kind == 11)
            && picture.u32le(3) == 0
            && picture.u8(7) == 0;
    boolean hasMap = map == 1 && (kind == 1 || kind == 9) && isTargaDepth(picture.u8(7));
    return (noMap || hasMap)
        && picture.u16le(12) > 0
        && picture.u16le(14) > 0
        && (picture.u8(16) == 8 || isTargaDepth(picture.u8(16)) || isTargaBit(kind, picture.u8(16)))
        && picture.u8(17) < 64;
  }

  private static boolean isTargaBit(int kind, int bits) {
    return bits == 1 && (kind == 3 || kind == 11);
  }

  private static boolean isTargaDepth(int bits) {
    return bits == 15 || bits == 16 || bits == 24 || bits == 32;
  }

  private static boolean isNetpbm(byte[] sample, int count) {
    return count > 2
        && sample[0] == 'P'
        && sample[1] >= '1'
        && sample[1] <= '7'
        && Character.isWhitespace(sample[2]);
  }

  private static boolean looksLikeText(byte[] sample, int count) {
    // two bytes could be anything; controls other than tab, line ends and escape don't occur in
    // text
    for (int i = 0; i < count; i++) {
      int value = sample[i] & 0xFF;
      if (value == 0xFF || (value < ' ' && "\t\n\r\u001B".indexOf(value) < 0)) {
        return false;
      }
    }
    return count > 3;
  }
}
