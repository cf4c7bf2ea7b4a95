package dev.wwts.internal.image.png;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.PictureException;
import dev.wwts.PictureException.Reason;
import dev.wwts.internal.image.Decoder;
import dev.wwts.internal.image.Decoding;
import dev.wwts.internal.image.Limits;
import dev.wwts.internal.pixels.AlphaMode;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PngDecoderTest {
  static Stream<Arguments> kinds() {
    int[][] depths = {{1, 2, 4, 8, 16}, {}, {8, 16}, {1, 2, 4, 8}, {8, 16}, {}, {8, 16}};
    Stream.Builder<Arguments> all = Stream.builder();
    for (int colour = 0; colour < depths.length; colour++) {
      for (int depth : depths[colour]) {
        for (boolean interlaced : new boolean[] {false, true}) {
          all.add(Arguments.of(colour, depth, interlaced, 37, 23));
          // sizes where some of Adam7's passes are empty
          all.add(Arguments.of(colour, depth, interlaced, 1, 1));
          all.add(Arguments.of(colour, depth, interlaced, 3, 2));
        }
      }
    }
    return all.build();
  }

  private static byte[] palette(int colours) {
    byte[] palette = new byte[3 * colours];
    for (int i = 0; i < palette.length; i++) {
      palette[i] = (byte) (i * 31 + 5);
    }
    return palette;
  }

  private static int grey(int value) {
    return value << 16 | value << 8 | value;
  }

  /**
   * What a pixel has to be, straight from the samples: 16 bits keep the high byte, less than 8 are
   * spread, alpha is dropped.
   */
  private static int expected(TestPng png, byte[] palette, int x, int y) {
    int first = png.sample(x, y, 0);
    if (png.colour == 3) {
      return (palette[3 * first] & 0xFF) << 16
          | (palette[3 * first + 1] & 0xFF) << 8
          | (palette[3 * first + 2] & 0xFF);
    }
    int down = Math.max(0, png.depth - 8);
    int up = 255 / ((1 << Math.min(8, png.depth)) - 1);
    if (png.channels() < 3) {
      return grey((first >> down) * up);
    }
    return (first >> down) << 16 | (png.sample(x, y, 1) >> down) << 8 | png.sample(x, y, 2) >> down;
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void everyColourTypeDepthAndFilterGivesItsPixels(
      int colour, int depth, boolean interlaced, int width, int height) {
    TestPng png = new TestPng(width, height, depth, colour, interlaced);
    byte[] palette = palette(256);
    Decoding.Decoded decoded =
        Decoding.decode(
            png.encode(TestPng.chunk("PLTE", Arrays.copyOf(palette, 3 << Math.min(8, depth)))));
    assertThat(decoded.width()).isEqualTo(width);
    assertThat(decoded.height()).isEqualTo(height);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        assertThat(decoded.at(x, y))
            .as("pixel %d, %d", x, y)
            .isEqualTo(expected(png, palette, x, y));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"4, 8", "4, 16", "6, 8", "6, 16"})
  void alphaIsBlendedOnWhiteByItsHighByte(int colour, int depth) {
    for (boolean interlaced : new boolean[] {false, true}) {
      TestPng png = new TestPng(37, 23, depth, colour, interlaced);
      Decoding.Decoded white = Decoding.decode(png.encode(), AlphaMode.WHITE);
      for (int y = 0; y < png.height; y++) {
        for (int x = 0; x < png.width; x++) {
          int alpha = png.sample(x, y, png.channels() - 1) >> (depth - 8);
          int pixel = 0;
          for (int shift = 16; shift >= 0; shift -= 8) {
            int sample = expected(png, palette(1), x, y) >> shift & 0xFF;
            // rounded; 255 is odd, so that there are no ties
            pixel |= ((sample * alpha + 255 * (255 - alpha) + 127) / 255) << shift;
          }
          assertThat(white.at(x, y)).as("pixel %d, %d", x, y).isEqualTo(pixel);
        }
      }
    }
  }

  @Test
  void alphaIsBlendedOnWhiteAsByPillow() {
    TestPng png = new TestPng(3, 2, 8, 6, false);
    int[] samples = {
      255, 0, 0, 255, 0, 255, 0, 128, 0, 0, 255, 0, 10, 20, 30, 255, 200, 100, 50, 64, 255, 255,
      255, 1
    };
    System.arraycopy(samples, 0, png.samples, 0, samples.length);
    Decoding.Decoded white = Decoding.decode(png.encode(), AlphaMode.WHITE);
    assertThat(white.rgb())
        .isEqualTo(
            Decoding.bytes(
                255, 0, 0, 127, 255, 127, 255, 255, 255, 10, 20, 30, 241, 216, 204, 255, 255, 255));
    assertThat(Decoding.decode(png.encode()).at(2, 0)).isEqualTo(0x0000FF);
  }

  @Test
  void transparentPaletteEntriesAndKeysTurnWhiteOnlyWhenAskedTo() {
    TestPng indexed = new TestPng(2, 1, 8, 3, false);
    indexed.samples[0] = 0;
    indexed.samples[1] = 1;
    byte[] file =
        indexed.encode(TestPng.chunk("PLTE", palette(2)), TestPng.chunk("tRNS", Decoding.bytes(0)));
    assertThat(Decoding.decode(file).at(0, 0)).isEqualTo(0x052443);
    assertThat(Decoding.decode(file, AlphaMode.WHITE).at(0, 0)).isEqualTo(0xFFFFFF);
    assertThat(Decoding.decode(file, AlphaMode.WHITE).at(1, 0))
        .isEqualTo(Decoding.decode(file).at(1, 0));
    TestPng key = new TestPng(1, 1, 16, 2, false);
    byte[] same = {
      (byte) (key.samples[0] >> 8), (byte) key.samples[0], (byte) (key.samples[1] >> 8),
      (byte) key.samples[1], (byte) (key.samples[2] >> 8), (byte) key.samples[2]
    };
    assertThat(Decoding.decode(key.encode(TestPng.chunk("tRNS", same)), AlphaMode.WHITE).at(0, 0))
        .isEqualTo(0xFFFFFF);
    same[5] ^= 1;
    assertThat(Decoding.decode(key.encode(TestPng.chunk("tRNS", same)), AlphaMode.WHITE).at(0, 0))
        .isNotEqualTo(0xFFFFFF);
  }

  @Test
  void indicesBehindThePaletteAreBlack() {
    TestPng png = new TestPng(1, 1, 8, 3, false);
    png.samples[0] = 9;
    assertThat(Decoding.decode(png.encode(TestPng.chunk("PLTE", palette(3)))).at(0, 0)).isZero();
  }

  @Test
  void animationsShowTheirDefaultPicture() {
    TestPng png = new TestPng(4, 3, 8, 2, false);
    byte[] file =
        png.encode(
            TestPng.chunk("acTL", new byte[] {0, 0, 0, 2, 0, 0, 0, 0}),
            TestPng.chunk("fcTL", new byte[26]));
    assertThat(Decoding.decode(file).rgb()).isEqualTo(Decoding.decode(png.encode()).rgb());
  }

  @Test
  void aWrongChecksumIsCorrupt() {
    byte[] file = new TestPng(4, 3, 8, 2, false).encode();
    file[file.length - 16] ^= 1;
    assertFault(file, Reason.CORRUPT, "checksum of the PNG chunk IDAT");
  }

  @Test
  void dataThatEndEarlyAreTruncatedOrCorrupt() {
    TestPng png = new TestPng(40, 30, 8, 2, false);
    byte[] file = png.encode();
    assertFault(Arrays.copyOf(file, file.length - 60), Reason.TRUNCATED, "cut off");
    assertFault(Arrays.copyOf(file, 40), Reason.TRUNCATED, "cut off");
    // like Pillow: all rows are there, only the end is missing
    assertThat(Decoding.decode(Arrays.copyOf(file, file.length - 12)).rgb())
        .isEqualTo(Decoding.decode(file).rgb());
    byte[] rows = png.rows();
    byte[] few = TestPng.chunk("IDAT", TestPng.deflate(Arrays.copyOf(rows, rows.length - 1)));
    assertFault(
        Decoding.concat(TestPng.signature(), png.header(), few, TestPng.end()),
        Reason.CORRUPT,
        "fewer rows");
  }

  @Test
  void nonsenseIsCorrupt() {
    TestPng png = new TestPng(4, 3, 8, 2, false);
    byte[] rows = png.rows();
    rows[0] = 9;
    byte[] filter = TestPng.chunk("IDAT", TestPng.deflate(rows));
    assertFault(
        Decoding.concat(TestPng.signature(), png.header(), filter, TestPng.end()),
        Reason.CORRUPT,
        "filter 9");
    byte[] random = TestPng.chunk("IDAT", Decoding.bytes(1, 2, 3, 4, 5, 6, 7, 8));
    assertFault(
        Decoding.concat(TestPng.signature(), png.header(), random, TestPng.end()),
        Reason.CORRUPT,
        "make no sense");
    assertFault(
        Decoding.concat(TestPng.signature(), png.header(), TestPng.end()),
        Reason.CORRUPT,
        "no picture data");
    assertFault(new TestPng(4, 3, 8, 3, false).encode(), Reason.CORRUPT, "no palette");
    assertFault(
        new TestPng(4, 3, 8, 5, false).encode(), Reason.CORRUPT, "says 8 bits for colour type 5");
    String[] fields = {"compression method 128", "filter method 128", "interlace method 128"};
    for (int i = 0; i < fields.length; i++) {
      byte[] file = png.encode();
      file[26 + i] = (byte) 128;
      assertFault(file, Reason.CORRUPT, "says " + fields[i] + ", which PNG does not define");
    }
  }

  @Test
  void aHugeClaimOnFewBytesIsRefusedBeforeMemoryIsTaken() {
    byte[] ihdr = new TestPng(1, 1, 8, 2, false).header();
    java.nio.ByteBuffer.wrap(ihdr).putInt(8, 9000).putInt(12, 9000);
    byte[] header = TestPng.chunk("IHDR", Arrays.copyOfRange(ihdr, 8, 21));
    byte[] data = TestPng.chunk("IDAT", TestPng.deflate(new byte[1000]));
    byte[] file = Decoding.concat(TestPng.signature(), header, data, TestPng.end());
    try (Decoder decoder = new Decoder(Limits.DEFAULT, AlphaMode.DROP)) {
      assertThatThrownBy(
              () -> decoder.decode(java.nio.ByteBuffer.wrap(file), Decoding.NO_MEMORY, "bomb.png"))
          .isInstanceOf(PictureException.class)
          .hasMessageContaining("9000 x 9000");
    }
  }

  private static void assertFault(byte[] file, Reason reason, String message) {
    assertThatThrownBy(() -> Decoding.decode(file))
        .isInstanceOfSatisfying(
            PictureException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(message);
  }
}
