package dev.wwts.internal.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.PictureException;
import dev.wwts.PictureException.Reason;
import dev.wwts.internal.image.jpeg.JpegTest;
import dev.wwts.internal.image.png.TestPng;
import dev.wwts.internal.image.webp.WebpDecoderTest;
import dev.wwts.internal.pixels.AlphaMode;
import dev.wwts.internal.pixels.NativeBuffer;
import dev.wwts.internal.pixels.PixelBuffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DecoderTest {
  private static final byte[] PNG = new TestPng(5, 4, 8, 2, false).encode();

  @Test
  void heapDirectAndReadOnlyBuffersGiveTheSame() {
    for (byte[] file :
        new byte[][] {PNG, WebpDecoderTest.STILL, WebpDecoderTest.ONE, JpegTest.CMYK}) {
      byte[] expected = Decoding.decode(file).rgb();
      ByteBuffer direct = ByteBuffer.allocateDirect(file.length + 7);
      direct.position(3).put(file).limit(direct.position()).position(3);
      try (Decoder decoder = new Decoder(Limits.DEFAULT, AlphaMode.DROP);
          NativeBuffer buffer = new NativeBuffer()) {
        assertThat(Decoding.decode(decoder, direct, buffer).rgb()).isEqualTo(expected);
        assertThat(direct.position()).isEqualTo(3);
        assertThat(direct.remaining()).isEqualTo(file.length);
        assertThat(Decoding.decode(decoder, ByteBuffer.wrap(file).asReadOnlyBuffer(), buffer).rgb())
            .isEqualTo(expected);
      }
    }
  }

  @Test
  void memoryIsAskedForOnceAndOnlyThatIsWritten() {
    for (byte[] file :
        new byte[][] {PNG, WebpDecoderTest.STILL, WebpDecoderTest.ONE, JpegTest.CMYK}) {
      AtomicInteger asked = new AtomicInteger();
      try (Decoder decoder = new Decoder(Limits.DEFAULT, AlphaMode.DROP);
          NativeBuffer buffer = new NativeBuffer()) {
        int size = Decoding.decode(file).rgb().length;
        ByteBuffer around = buffer.view(size + 64);
        around.put(new byte[size + 64]);
        PixelBuffer inside =
            bytes -> {
              asked.incrementAndGet();
              assertThat(bytes).isEqualTo(size);
              return buffer.reserve(1) + 32;
            };
        assertThat(decoder.decode(ByteBuffer.wrap(file), inside, "x").address())
            .isEqualTo(buffer.reserve(1) + 32);
        assertThat(asked).hasValue(1);
        for (int i = 0; i < 32; i++) {
          assertThat(around.get(i)).isZero();
          assertThat(around.get(size + 32 + i)).isZero();
        }
      }
    }
  }

  @Test
  void limitsNameTheNumbersAndHowToRaiseThem() {
    try (Decoder decoder = new Decoder(new Limits(19, 1000), AlphaMode.DROP)) {
      assertThatThrownBy(
              () -> decoder.decode(ByteBuffer.wrap(PNG), Decoding.NO_MEMORY, "photo.png"))
          .isInstanceOfSatisfying(
              PictureException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE))
          .hasMessage(
              "photo.png says it has 5 x 4 = 20 pixels, more than the limit of 19;"
                  + " raise maxPixels (--max-pixels, at most 715,827,882) if such pictures are expected");
    }
    try (Decoder decoder = new Decoder(new Limits(20, PNG.length - 1), AlphaMode.DROP)) {
      assertThatThrownBy(
              () -> decoder.decode(ByteBuffer.wrap(PNG), Decoding.NO_MEMORY, "photo.png"))
          .isInstanceOfSatisfying(
              PictureException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE))
          .hasMessageContaining("raise maxBytes");
    }
    try (Decoder decoder = new Decoder(new Limits(20, PNG.length), AlphaMode.DROP);
        NativeBuffer buffer = new NativeBuffer()) {
      assertThat(decoder.decode(ByteBuffer.wrap(PNG), buffer, "photo.png").width()).isEqualTo(5);
    }
  }

  @Test
  void limitsBeyondWhatCanBeDecodedAreRefused() {
    assertThatThrownBy(() -> new Limits(Limits.MOST_PIXELS + 1, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Limits(0, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Limits(1, 0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void otherFormatsAreNamed() {
    assertUnsupported("II*\0........", "a TIFF");
    assertUnsupported("\0\0\0\u0018ftypavif....", "an AVIF");
    assertUnsupported("\0\0\0\u0018ftypheic....", "a HEIC");
    assertUnsupported("\0\0\0\u0018ftypmif1....", "a HEIF");
    assertUnsupported("\0\0\0\u000CjP  \r\n\u0087\n", "a JPEG 2000");
    assertUnsupported("\u00FF\n........", "a JPEG XL");
    assertUnsupported("8BPS........", "a Photoshop file");
    assertUnsupported("%PDF-1.7....", "a PDF");
    assertUnsupported("\0\0\u0001\0........", "a Windows icon");
    assertUnsupported("\0\0\u0002\0\u0001\0 \0\0\0\u0001\0\u0001\0........", "a Windows cursor");
    assertUnsupported("\0\0\u0002\0\0\0\0\0\0\0\0\0\u0002\0\u0001\0\u0010\b..", "a Targa");
    assertUnsupported("\4\u0001\u0001\0\0\0\u0001\u0018\0\0\0\0\t\0\t\0\b\0id..", "a Targa");
    assertUnsupported("........TRUEVISION-XFILE.\0", "a Targa");
    assertUnsupported("PK\u0003\u0004........", "a ZIP archive");
    assertUnsupported("<?xml version='1.0'?><svg xmlns='...'>", "an SVG");
    assertUnsupported("<!DOCTYPE html><html>", "an HTML page");
    assertUnsupported("P6\n1 1\n255\n...", "a Netpbm picture");
    assertUnsupported("just some words", "text");
    assertUnsupported("\u0001\u0002\u0003\u0004\u0005", "of an unknown format");
    assertUnsupported("\u00FF", "of an unknown format");
  }

  private static void assertUnsupported(String content, String what) {
    assertThatThrownBy(() -> Decoding.decode(content.getBytes(StandardCharsets.ISO_8859_1)))
        .isInstanceOfSatisfying(
            PictureException.class,
            e -> assertThat(e.reason()).isEqualTo(Reason.UNSUPPORTED_FORMAT))
        .hasMessageContaining("the picture is " + what);
  }

  @Test
  void nothingIsEmpty() {
    assertThatThrownBy(() -> Decoding.decode(new byte[0]))
        .isInstanceOfSatisfying(
            PictureException.class, e -> assertThat(e.reason()).isEqualTo(Reason.EMPTY));
  }

  @Test
  void afterCloseDecodingIsAnIllegalState() {
    Decoder decoder = new Decoder(Limits.DEFAULT, AlphaMode.DROP);
    decoder.close();
    decoder.close();
    assertThatThrownBy(() -> decoder.decode(ByteBuffer.wrap(PNG), Decoding.NO_MEMORY, "x"))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aFailedPictureLeavesTheDecoderUsable() {
    try (Decoder decoder = new Decoder(Limits.DEFAULT, AlphaMode.DROP);
        NativeBuffer buffer = new NativeBuffer()) {
      byte[] broken = PNG.clone();
      broken[broken.length - 20] ^= 1;
      assertThatThrownBy(() -> decoder.decode(ByteBuffer.wrap(broken), buffer, "x"))
          .isInstanceOf(PictureException.class);
      assertThat(Decoding.decode(decoder, ByteBuffer.wrap(PNG), buffer).rgb())
          .isEqualTo(Decoding.decode(PNG).rgb());
    }
  }

  @Test
  void bufferGrowsIsReusedAndClosesTwice() {
    NativeBuffer buffer = new NativeBuffer();
    assertThat(buffer.capacity()).isZero();
    long small = buffer.reserve(10);
    assertThat(small).isNotZero();
    assertThat(buffer.reserve(1000)).isEqualTo(small);
    long before = buffer.capacity();
    buffer.reserve(before + 1);
    assertThat(buffer.capacity()).isGreaterThan(before);
    buffer.close();
    buffer.close();
    assertThat(buffer.capacity()).isZero();
    assertThatThrownBy(() -> buffer.reserve(1)).isInstanceOf(IllegalStateException.class);
  }
}
