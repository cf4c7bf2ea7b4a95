package dev.wwts.internal.image.jpeg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.PictureException;
import dev.wwts.PictureException.Reason;
import dev.wwts.TestPictures;
import dev.wwts.internal.image.Decoder;
import dev.wwts.internal.image.Decoding;
import dev.wwts.internal.image.Limits;
import dev.wwts.internal.pixels.AlphaMode;
import dev.wwts.internal.pixels.Orientation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

public class JpegTest {
  /** 8 x 8, CMYK with Adobe's marker; Pillow reads (198, 114, 46). */
  public static final byte[] CMYK =
      Decoding.base64(
          "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwACAQEBAQECAQEBAgICAgIEAwICAgIFBAQDBAYFBgYGBQYGBgcJCAYHCQcGBggLCAkKCgoKCgYICwwL"
              + "CgwJCgoK/8AAFAgACAAIBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQE"
              + "AAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpj"
              + "ZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq"
              + "8fLz9PX29/j5+v/aAA4EQwBNAFkASwAAPwD9rK3K/Nuv1cr/2Q==");

  private static final byte[] PHOTO = TestPictures.jpeg(60, 40);

  private static byte[] withSegment(byte[] content) {
    return withSegment(PHOTO, content);
  }

  private static byte[] withSegment(byte[] jpeg, byte[] content) {
    ByteBuffer marker =
        ByteBuffer.allocate(4).putShort((short) 0xFFE1).putShort((short) (content.length + 2));
    return Decoding.concat(
        Arrays.copyOf(jpeg, 2), marker.array(), content, Arrays.copyOfRange(jpeg, 2, jpeg.length));
  }

  private static byte[] exif(ByteOrder order, int orientation) {
    return Decoding.concat(
        Decoding.bytes('E', 'x', 'i', 'f', 0, 0), Decoding.exif(order, orientation));
  }

  /** Position of the frame header's marker. */
  private static int frame(byte[] jpeg) {
    for (int at = 2;
        at < jpeg.length;
        at += 2 + ((jpeg[at + 2] & 0xFF) << 8 | (jpeg[at + 3] & 0xFF))) {
      if ((jpeg[at + 1] & 0xFF) == 0xC0) {
        return at;
      }
    }
    throw new AssertionError("no frame header");
  }

  @Test
  void cmykIsWithinTwoLevelsOfPillow() {
    byte[] rgb = Decoding.decode(CMYK).rgb();
    int[] pillow = {198, 114, 46};
    for (int i = 0; i < rgb.length; i++) {
      assertThat(rgb[i] & 0xFF).isBetween(pillow[i % 3] - 2, pillow[i % 3] + 2);
    }
  }

  @Test
  void orientationComesFromTheFirstExifElseFromXmp() {
    for (int tag = 1; tag <= 8; tag++) {
      assertThat(
              Decoding.decode(withSegment(exif(ByteOrder.LITTLE_ENDIAN, tag))).orientation().tag())
          .isEqualTo(tag);
      assertThat(Decoding.decode(withSegment(exif(ByteOrder.BIG_ENDIAN, tag))).orientation().tag())
          .isEqualTo(tag);
    }
    byte[] xmp =
        "http://ns.adobe.com/xap/1.0/\0<x><tiff:Orientation>6</tiff:Orientation>"
            .getBytes(StandardCharsets.US_ASCII);
    assertThat(Decoding.decode(withSegment(xmp)).orientation().tag()).isEqualTo(6);
    assertThat(Decoding.decode(PHOTO).orientation().tag()).isEqualTo(1);
  }

  @Test
  void exifMayBeSpreadOverSegments() {
    byte[] block = Decoding.exif(ByteOrder.LITTLE_ENDIAN, 6);
    byte[] name = Decoding.bytes('E', 'x', 'i', 'f', 0, 0);
    for (int first = 1; first < block.length; first++) {
      byte[] end = Arrays.copyOfRange(block, first, block.length);
      byte[] jpeg =
          withSegment(
              withSegment(PHOTO, Decoding.concat(name, end)),
              Decoding.concat(name, Arrays.copyOf(block, first)));
      assertThat(Decoding.decode(jpeg).orientation()).isEqualTo(Orientation.RIGHT_TOP);
    }
  }

  @Test
  void cutOffIsTruncated() {
    for (int length : new int[] {3, 20, 100, 400, PHOTO.length / 2, PHOTO.length - 100}) {
      byte[] cut = Arrays.copyOf(PHOTO, length);
      assertThatThrownBy(() -> Decoding.decode(cut))
          .isInstanceOfSatisfying(
              PictureException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TRUNCATED));
    }
  }

  @Test
  void bytesBehindTheEndAreIgnored() {
    byte[] longer = Arrays.copyOf(PHOTO, PHOTO.length + 1000);
    assertThat(Decoding.decode(longer).rgb()).isEqualTo(Decoding.decode(PHOTO).rgb());
  }

  @Test
  void aClaimThatTheBytesCannotHoldIsRefusedBeforeMemoryIsTaken() {
    byte[] liar = PHOTO.clone();
    ByteBuffer.wrap(liar)
        .putShort(frame(liar) + 5, (short) 9000)
        .putShort(frame(liar) + 7, (short) 9000);
    try (Decoder decoder = new Decoder(Limits.DEFAULT, AlphaMode.DROP)) {
      assertThatThrownBy(
              () -> decoder.decode(ByteBuffer.wrap(liar), Decoding.NO_MEMORY, "bomb.jpg"))
          .isInstanceOfSatisfying(
              PictureException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CORRUPT))
          .hasMessageContaining("9000 x 9000");
    }
  }

  @Test
  void zeroSizeIsCorruptAndRareCodingsAreNamed() {
    byte[] zero = PHOTO.clone();
    ByteBuffer.wrap(zero).putShort(frame(zero) + 5, (short) 0);
    assertThatThrownBy(() -> Decoding.decode(zero))
        .isInstanceOfSatisfying(
            PictureException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CORRUPT));
    assertRare(1, 0xC3, "lossless");
    assertRare(1, 0xC9, "arithmetic-coded");
    assertRare(1, 0xC5, "hierarchical");
    assertRare(4, 12, "12 bits a sample");
    assertRare(9, 2, "2 colour components");
  }

  private static void assertRare(int offset, int value, String what) {
    byte[] rare = PHOTO.clone();
    rare[frame(rare) + offset] = (byte) value;
    assertThatThrownBy(() -> Decoding.decode(rare))
        .isInstanceOfSatisfying(
            PictureException.class,
            e -> assertThat(e.reason()).isEqualTo(Reason.UNSUPPORTED_FORMAT))
        .hasMessageContaining(what);
  }

  @Test
  void moreScansThanAnyEncoderMakesAreRefused() {
    byte[] progressive = PHOTO.clone();
    progressive[frame(progressive) + 1] = (byte) 0xC2;
    byte[] scan = Decoding.bytes(0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0, 0x12);
    byte[][] parts = new byte[200][];
    Arrays.fill(parts, scan);
    byte[] head = Arrays.copyOf(progressive, progressive.length - 2);
    byte[] many = Decoding.concat(head, Decoding.concat(parts), Decoding.bytes(0xFF, 0xD9));
    try (Decoder decoder = new Decoder(Limits.DEFAULT, AlphaMode.DROP)) {
      assertThatThrownBy(
              () -> decoder.decode(ByteBuffer.wrap(many), Decoding.NO_MEMORY, "slow.jpg"))
          .isInstanceOfSatisfying(
              PictureException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE))
          .hasMessageContaining("passes");
    }
  }
}
