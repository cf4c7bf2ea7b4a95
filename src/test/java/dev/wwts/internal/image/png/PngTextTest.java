package dev.wwts.internal.image.png;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.internal.image.Decoding;
import dev.wwts.internal.pixels.Orientation;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** What the text of a PNG says of its orientation. */
class PngTextTest {
  /** An EXIF block that says orientation 6. */
  private static final String SIX =
      HexFormat.of().formatHex(Decoding.exif(ByteOrder.LITTLE_ENDIAN, 6));

  @Test
  void orientationComesFromExifXmpOrTheOldTextProfile() {
    TestPng png = new TestPng(4, 3, 8, 2, false);
    byte[] exif = TestPng.chunk("eXIf", Decoding.exif(ByteOrder.BIG_ENDIAN, 6));
    assertThat(Decoding.decode(png.encode(exif)).orientation()).isEqualTo(Orientation.RIGHT_TOP);
    byte[] xmp =
        "XML:com.adobe.xmp\0\0\0\0\0<a tiff:Orientation=\"5\"/>"
            .getBytes(StandardCharsets.ISO_8859_1);
    assertThat(Decoding.decode(png.encode(TestPng.chunk("iTXt", xmp))).orientation())
        .isEqualTo(Orientation.LEFT_TOP);
    String hex = HexFormat.of().formatHex(Decoding.exif(ByteOrder.LITTLE_ENDIAN, 3));
    byte[] raw =
        ("Raw profile type exif\0\nexif\n      26\n" + hex).getBytes(StandardCharsets.ISO_8859_1);
    assertThat(Decoding.decode(png.encode(TestPng.chunk("tEXt", raw))).orientation())
        .isEqualTo(Orientation.BOTTOM_RIGHT);
  }

  @Test
  void orientationMayStandInCompressedText() {
    byte[] profile = ascii("\nexif\n      26\n" + SIX + "\n");
    byte[] xmp = ascii("<a tiff:Orientation=\"5\"/>");
    byte[] zipped = TestPng.deflate(profile);
    byte[] zippedText = text("zTXt", "Raw profile type exif\0\0", zipped);
    assertThat(orientation(zippedText)).isEqualTo(Orientation.RIGHT_TOP);
    assertThat(orientation(text("iTXt", "Raw profile type exif\0\1\0en\0name\0", zipped)))
        .isEqualTo(Orientation.RIGHT_TOP);
    assertThat(orientation(text("iTXt", "Raw profile type exif\0\0\0\0\0", profile)))
        .isEqualTo(Orientation.RIGHT_TOP);
    byte[] zippedXmp = text("iTXt", "XML:com.adobe.xmp\0\1\0\0\0", TestPng.deflate(xmp));
    assertThat(orientation(zippedXmp)).isEqualTo(Orientation.LEFT_TOP);
    // an eXIf chunk goes before the profile, and the profile before XMP
    byte[] exif = TestPng.chunk("eXIf", Decoding.exif(ByteOrder.BIG_ENDIAN, 3));
    assertThat(orientation(exif, zippedText)).isEqualTo(Orientation.BOTTOM_RIGHT);
    assertThat(orientation(zippedXmp, zippedText)).isEqualTo(Orientation.RIGHT_TOP);
  }

  @Test
  void brokenOrHugeTextSaysNothing() {
    String name = "Raw profile type exif\0\0";
    byte[] profile = ascii("\nexif\n      26\n" + SIX + "\n");
    byte[] zipped = TestPng.deflate(Arrays.copyOf(profile, 2_000_000));
    assertThat(orientation(text("zTXt", name, zipped))).isEqualTo(Orientation.TOP_LEFT);
    assertThat(orientation(text("zTXt", name, new byte[9]))).isEqualTo(Orientation.TOP_LEFT);
    for (int length = 0; length < name.length(); length++) {
      for (String kind : new String[] {"tEXt", "zTXt", "iTXt"}) {
        assertThat(orientation(text(kind, name.substring(0, length), new byte[0])))
            .isEqualTo(Orientation.TOP_LEFT);
      }
    }
  }

  private static Orientation orientation(byte[]... chunks) {
    return Decoding.decode(new TestPng(4, 3, 8, 2, false).encode(chunks)).orientation();
  }

  private static byte[] text(String kind, String head, byte[] value) {
    return TestPng.chunk(kind, Decoding.concat(ascii(head), value));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** The right values are Pillow 12's. */
  @Test
  void ofSeveralTextsTheLastLegibleOneCounts() {
    byte[] five = xmp("iTXt", "\0\0\0\0", "", 5);
    byte[] sixNoText = xmp("iTXt", "\0\0\0\0", "\u00ff", 6);
    byte[] sixNoLanguage = xmp("iTXt", "\0\0\u00ff\0\0", "", 6);
    byte[] sixBroken = xmp("iTXt", "\1\0\0\0", "", 6);
    byte[] eight = xmp("tEXt", "", "\u00ff", 8);
    byte[] none = text("zTXt", "XML:com.adobe.xmp\0\0", new byte[9]);
    assertThat(orientation(five, eight)).isEqualTo(Orientation.LEFT_BOTTOM);
    assertThat(orientation(eight, five)).isEqualTo(Orientation.LEFT_TOP);
    assertThat(orientation(five, sixNoText)).isEqualTo(Orientation.LEFT_TOP);
    assertThat(orientation(five, sixNoLanguage)).isEqualTo(Orientation.LEFT_TOP);
    assertThat(orientation(five, sixBroken)).isEqualTo(Orientation.LEFT_TOP);
    assertThat(orientation(sixNoText)).isEqualTo(Orientation.RIGHT_TOP);
    assertThat(orientation(sixNoText, eight)).isEqualTo(Orientation.LEFT_BOTTOM);
    assertThat(orientation(sixNoText, none)).isEqualTo(Orientation.RIGHT_TOP);
    assertThat(orientation(five, none)).isEqualTo(Orientation.LEFT_TOP);
    assertThat(orientation(eight, none)).isEqualTo(Orientation.TOP_LEFT);

    byte[] profile = ascii("\nexif\n      26\n" + SIX + "\n");
    byte[] legible = text("tEXt", "Raw profile type exif\0", profile);
    byte[] illegible = text("iTXt", "Raw profile type exif\0\0\0\0\0\u00ff", profile);
    assertThat(orientation(legible, illegible)).isEqualTo(Orientation.RIGHT_TOP);
    assertThat(orientation(illegible)).isEqualTo(Orientation.TOP_LEFT);
  }

  private static byte[] xmp(String kind, String head, String before, int orientation) {
    String packet = before + "<a tiff:Orientation=\"" + orientation + "\"/>";
    return text(kind, "XML:com.adobe.xmp\0" + head, ascii(packet));
  }
}
