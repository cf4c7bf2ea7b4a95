package dev.wwts.internal.image.bmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.PictureException;
import dev.wwts.PictureException.Reason;
import dev.wwts.internal.image.Decoding;
import dev.wwts.internal.pixels.AlphaMode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

public class BmpDecoderTest {
  private static final byte[] PALETTE =
      Decoding.bytes(1, 2, 3, 0, 11, 12, 13, 0, 21, 22, 23, 0, 31, 32, 33, 0);

  /** A BITMAPINFOHEADER file; {@code palette} may also be the masks of bit fields. */
  public static byte[] bmp(
      int width, int height, int bits, int compression, int colours, byte[] palette, int... data) {
    ByteBuffer file =
        ByteBuffer.allocate(54 + palette.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    file.put((byte) 'B')
        .put((byte) 'M')
        .putInt(file.capacity())
        .putInt(0)
        .putInt(54 + palette.length);
    file.putInt(40)
        .putInt(width)
        .putInt(height)
        .putShort((short) 1)
        .putShort((short) bits)
        .putInt(compression);
    file.putInt(data.length)
        .putInt(0)
        .putInt(0)
        .putInt(colours)
        .putInt(0)
        .put(palette)
        .put(Decoding.bytes(data));
    return file.array();
  }

  private static byte[] masks(int... masks) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * masks.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int mask : masks) {
      bytes.putInt(mask);
    }
    return bytes.array();
  }

  @Test
  void rowsComeFromBelowUnlessTheHeightIsNegative() {
    int[] rows = {1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 10, 11, 12, 0, 0};
    Decoding.Decoded up = Decoding.decode(bmp(2, 2, 24, 0, 0, new byte[0], rows));
    Decoding.Decoded down = Decoding.decode(bmp(2, -2, 24, 0, 0, new byte[0], rows));
    assertThat(up.rgb()).isEqualTo(Decoding.bytes(9, 8, 7, 12, 11, 10, 3, 2, 1, 6, 5, 4));
    assertThat(down.rgb()).isEqualTo(Decoding.bytes(3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10));
  }

  @Test
  void indicesOfOneFourAndEightBitsAreLookedUp() {
    byte[] two = Arrays.copyOf(PALETTE, 8);
    assertThat(Decoding.decode(bmp(3, 1, 1, 0, 0, two, 0xA0, 0, 0, 0)).rgb())
        .isEqualTo(Decoding.bytes(13, 12, 11, 3, 2, 1, 13, 12, 11));
    assertThat(Decoding.decode(bmp(3, 1, 4, 0, 4, PALETTE, 0x31, 0x20, 0, 0)).rgb())
        .isEqualTo(Decoding.bytes(33, 32, 31, 13, 12, 11, 23, 22, 21));
    assertThat(Decoding.decode(bmp(2, 1, 8, 0, 4, PALETTE, 3, 9, 0, 0)).rgb())
        .as("an index behind the palette is black")
        .isEqualTo(Decoding.bytes(33, 32, 31, 0, 0, 0));
  }

  @Test
  void greysInTheirOrderAreNoPaletteAndAnOverlongOneIsReadAsFarAsItGoes() {
    byte[] greys = Decoding.bytes(0, 0, 0, 0, 1, 1, 1, 0, 2, 2, 2, 0);
    assertThat(Decoding.decode(bmp(2, 1, 8, 0, 3, greys, 2, 200, 0, 0)).rgb())
        .isEqualTo(Decoding.bytes(2, 2, 2, 200, 200, 200));
    // says 256 colours, has 4, and its row stands where the fifth would
    assertThat(Decoding.decode(bmp(2, 1, 8, 0, 256, PALETTE, 3, 9, 0, 0)).rgb())
        .isEqualTo(Decoding.bytes(33, 32, 31, 0, 0, 0));
  }

  @Test
  void sixteenBitsAreSpreadOver255() {
    // 0 11111 00000 10000 in 555: 31, 0, 16
    assertThat(Decoding.decode(bmp(1, 1, 16, 0, 0, new byte[0], 0x10, 0x7C, 0, 0)).rgb())
        .isEqualTo(Decoding.bytes(255, 0, 16 * 255 / 31));
    byte[] fields = masks(0xF800, 0x7E0, 0x1F);
    // 10000 100000 00001 in 565: 16, 32, 1
    assertThat(Decoding.decode(bmp(1, 1, 16, 3, 0, fields, 0x01, 0x84, 0, 0)).rgb())
        .isEqualTo(Decoding.bytes(16 * 255 / 31, 32 * 255 / 63, 255 / 31));
  }

  @Test
  void theFourthByteOf32BitsIsNoAlphaAndBitFieldsAreFollowed() {
    byte[] plain = bmp(1, 1, 32, 0, 0, new byte[0], 1, 2, 3, 0);
    assertThat(Decoding.decode(plain, AlphaMode.WHITE).rgb()).isEqualTo(Decoding.bytes(3, 2, 1));
    byte[] swapped = bmp(1, 1, 32, 3, 0, masks(0xFF000000, 0xFF0000, 0xFF00), 9, 1, 2, 3);
    assertThat(Decoding.decode(swapped).rgb()).isEqualTo(Decoding.bytes(3, 2, 1));
    assertThatThrownBy(
            () -> Decoding.decode(bmp(1, 1, 32, 3, 0, masks(0xFF00, 0xFF, 0xFF0000), 1, 2, 3, 4)))
        .isInstanceOfSatisfying(
            PictureException.class,
            e -> assertThat(e.reason()).isEqualTo(Reason.UNSUPPORTED_FORMAT))
        .hasMessageContaining("bit fields");
  }

  @Test
  void alphaThatABitFieldNamesIsLaidOnWhite() {
    byte[] masks = masks(0xFF0000, 0xFF00, 0xFF, 0xFF000000);
    byte[] file = bmp(2, 1, 32, 3, 0, masks, 0, 100, 200, 128, 1, 2, 3, 255);
    // the header's length, with the masks
    file[14] = 56;
    assertThat(Decoding.decode(file).rgb()).isEqualTo(Decoding.bytes(200, 100, 0, 3, 2, 1));
    // by hand: 200 * 128 / 255 + 127 is 227.4, for 100 it is 177.2, for 0 it is 127
    assertThat(Decoding.decode(file, AlphaMode.WHITE).rgb())
        .isEqualTo(Decoding.bytes(227, 177, 127, 3, 2, 1));
  }

  @Test
  void runsLiteralsAndSkipsOfRle8() {
    // from below: 3 times colour 1; literal 2, 3, 0 with its padding; a run cut at the end of its
    // row
    byte[] file = bmp(3, 3, 8, 1, 4, PALETTE, 3, 1, 0, 0, 0, 3, 2, 3, 0, 0, 0, 0, 9, 2, 0, 0, 0, 1);
    Decoding.Decoded decoded = Decoding.decode(file);
    assertThat(decoded.at(0, 2)).isEqualTo(0x0D0C0B);
    assertThat(decoded.at(0, 1)).isEqualTo(0x171615);
    assertThat(decoded.at(1, 1)).isEqualTo(0x21201F);
    assertThat(decoded.at(2, 1)).isEqualTo(0x030201);
    assertThat(decoded.at(2, 0)).isEqualTo(0x171615);
    // one pixel, then a skip by one column and one row, which leaves colour 0
    byte[] skip = bmp(3, 2, 8, 1, 4, PALETTE, 1, 1, 0, 2, 1, 1, 1, 2, 0, 1);
    assertThat(Decoding.decode(skip).rgb())
        .isEqualTo(Decoding.bytes(3, 2, 1, 3, 2, 1, 23, 22, 21, 13, 12, 11, 3, 2, 1, 3, 2, 1));
    byte[] few = bmp(3, 3, 8, 1, 4, PALETTE, 3, 1, 0, 0, 0, 1);
    assertThatThrownBy(() -> Decoding.decode(few)).hasMessageContaining("end before its last row");
  }

  @Test
  void runsLiteralsAndSkipsOfRle4() {
    int[] rows = {
      // 1 2 1; three literals, of which Pillow reads the first two, then the row's end
      3, 0x12, 0, 0, 0, 3, 0x32, 0, 0, 0,
      // cut at the row's end, then a skip to the last pixel
      9, 0x31, 0, 2, 2, 0, 1, 0x20, 0, 1
    };
    Decoding.Decoded decoded = Decoding.decode(bmp(3, 4, 4, 2, 4, PALETTE, rows));
    int[] colours = {0x030201, 0x0D0C0B, 0x171615, 0x21201F};
    int[][] expected = {{0, 0, 2}, {3, 1, 3}, {3, 2, 0}, {1, 2, 1}};
    for (int y = 0; y < expected.length; y++) {
      for (int x = 0; x < 3; x++) {
        assertThat(decoded.at(x, y)).as("%d, %d", x, y).isEqualTo(colours[expected[y][x]]);
      }
    }
    for (int length = 0; length < rows.length - 2; length++) {
      byte[] cut = bmp(3, 4, 4, 2, 4, PALETTE, Arrays.copyOf(rows, length));
      assertThatThrownBy(() -> Decoding.decode(cut))
          .isInstanceOfSatisfying(
              PictureException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TRUNCATED));
    }
  }

  @Test
  void cutOffIsTruncatedButTheLastPaddingMayBeMissing() {
    byte[] file = bmp(1, 2, 24, 0, 0, new byte[0], 1, 2, 3, 0, 4, 5, 6, 0);
    assertThat(Decoding.decode(Arrays.copyOf(file, file.length - 1)).at(0, 0)).isEqualTo(0x060504);
    for (int length = 2; length < file.length - 1; length++) {
      byte[] cut = Arrays.copyOf(file, length);
      assertThatThrownBy(() -> Decoding.decode(cut))
          .isInstanceOfSatisfying(
              PictureException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TRUNCATED));
    }
  }

  @Test
  void rareKindsAreNamed() {
    assertThatThrownBy(() -> Decoding.decode(bmp(1, 1, 4, 4, 0, PALETTE, 0, 1)))
        .isInstanceOfSatisfying(
            PictureException.class,
            e -> assertThat(e.reason()).isEqualTo(Reason.UNSUPPORTED_FORMAT))
        .hasMessageContaining("compression 4");
  }
}
