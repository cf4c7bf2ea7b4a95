package dev.wwts.internal.image.gif;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.PictureException;
import dev.wwts.PictureException.Reason;
import dev.wwts.internal.image.Decoding;
import dev.wwts.internal.pixels.AlphaMode;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

public class GifDecoderTest {
  private static final int[] COLOURS = {0x102030, 0xFF0000, 0x00FF00, 0xFEDCBA};

  /**
   * A GIF with 4 colours, or none, in codes of 3 bits: a clear code before every two pixels keeps
   * them from growing.
   */
  public static byte[] gif(
      int[] screen, int[] frame, int flags, boolean palette, int transparent, int... indices) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(
        Decoding.bytes(
            'G', 'I', 'F', '8', '9', 'a', screen[0], 0, screen[1], 0, palette ? 0x81 : 0, 0, 0));
    for (int colour : palette ? COLOURS : new int[0]) {
      out.writeBytes(Decoding.bytes(colour >> 16, colour >> 8, colour));
    }
    if (transparent >= 0) {
      out.writeBytes(Decoding.bytes('!', 0xF9, 4, 1, 0, 0, transparent, 0));
    }
    out.writeBytes(
        Decoding.bytes(',', frame[0], 0, frame[1], 0, frame[2], 0, frame[3], 0, flags, 2));
    byte[] codes = codes(indices);
    out.write(codes.length);
    out.writeBytes(codes);
    out.writeBytes(Decoding.bytes(0, ';'));
    return out.toByteArray();
  }

  private static byte[] codes(int[] indices) {
    java.math.BigInteger bits = java.math.BigInteger.ZERO;
    int count = 0;
    for (int i = 0; i <= indices.length; i++) {
      if (i % 2 == 0) {
        bits = bits.or(java.math.BigInteger.valueOf(4).shiftLeft(count));
        count += 3;
      }
      int code = i < indices.length ? indices[i] : 5;
      bits = bits.or(java.math.BigInteger.valueOf(code).shiftLeft(count));
      count += 3;
    }
    byte[] bytes = new byte[(count + 7) / 8];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = bits.shiftRight(8 * i).byteValue();
    }
    return bytes;
  }

  @Test
  void aFrameSmallerThanTheScreenLiesOnColourZeroOrOnTheTransparentOne() {
    int[] screen = {4, 3};
    int[] frame = {1, 1, 2, 1};
    Decoding.Decoded opaque = Decoding.decode(gif(screen, frame, 0, true, -1, 1, 2));
    assertThat(opaque.at(0, 0)).isEqualTo(COLOURS[0]);
    assertThat(opaque.at(1, 1)).isEqualTo(COLOURS[1]);
    assertThat(opaque.at(2, 1)).isEqualTo(COLOURS[2]);
    byte[] transparent = gif(screen, frame, 0, true, 2, 1, 2);
    assertThat(Decoding.decode(transparent).at(0, 0)).isEqualTo(COLOURS[2]);
    assertThat(Decoding.decode(transparent).at(2, 1)).isEqualTo(COLOURS[2]);
    assertThat(Decoding.decode(transparent, AlphaMode.WHITE).at(0, 0)).isEqualTo(0xFFFFFF);
    assertThat(Decoding.decode(transparent, AlphaMode.WHITE).at(2, 1)).isEqualTo(0xFFFFFF);
    assertThat(Decoding.decode(transparent, AlphaMode.WHITE).at(1, 1)).isEqualTo(COLOURS[1]);
  }

  @Test
  void aFrameLargerThanTheScreenMakesThePictureLarger() {
    Decoding.Decoded decoded =
        Decoding.decode(gif(new int[] {1, 1}, new int[] {1, 0, 2, 1}, 0, true, -1, 3, 2));
    assertThat(decoded.width()).isEqualTo(3);
    assertThat(decoded.at(2, 0)).isEqualTo(COLOURS[2]);
  }

  @Test
  void withoutAPaletteIndicesAreGrey() {
    Decoding.Decoded decoded =
        Decoding.decode(gif(new int[] {2, 1}, new int[] {0, 0, 2, 1}, 0, false, -1, 3, 1));
    assertThat(decoded.rgb()).isEqualTo(Decoding.bytes(3, 3, 3, 1, 1, 1));
  }

  @Test
  void interlacedRowsAreSortedAlsoInLowFrames() {
    // stored order of 5 rows: 0, 4, 2, 1, 3
    Decoding.Decoded decoded =
        Decoding.decode(
            gif(new int[] {1, 5}, new int[] {0, 0, 1, 5}, 0x40, true, -1, 0, 1, 2, 3, 0));
    int[] rows = {0, 3, 2, 0, 1};
    for (int y = 0; y < 5; y++) {
      assertThat(decoded.at(0, y)).isEqualTo(COLOURS[rows[y]]);
    }
  }

  @Test
  void longCodesGiveThePixelsThatWereWritten() throws IOException {
    byte[] channel = new byte[256];
    for (int i = 0; i < 256; i++) {
      channel[i] = (byte) (i * 7);
    }
    IndexColorModel model = new IndexColorModel(8, 256, channel, channel, channel);
    BufferedImage image = new BufferedImage(211, 97, BufferedImage.TYPE_BYTE_INDEXED, model);
    Random random = new Random(4);
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        // runs first, then noise: codes of every length, and a full table
        image.getRaster().setSample(x, y, 0, y < 40 ? x / 50 : random.nextInt(256));
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "gif", out);
    Decoding.Decoded decoded = Decoding.decode(out.toByteArray());
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        assertThat(decoded.at(x, y)).isEqualTo(image.getRGB(x, y) & 0xFFFFFF);
      }
    }
  }

  @Test
  void cutOffIsTruncatedButTheTrailerMayBeMissing() {
    byte[] file = gif(new int[] {2, 2}, new int[] {0, 0, 2, 2}, 0, true, -1, 0, 1, 2, 3);
    byte[] whole = Decoding.decode(file).rgb();
    assertThat(Decoding.decode(Arrays.copyOf(file, file.length - 2)).rgb()).isEqualTo(whole);
    for (int length = 6; length < file.length - 2; length++) {
      byte[] cut = Arrays.copyOf(file, length);
      assertThatThrownBy(() -> Decoding.decode(cut))
          .isInstanceOfSatisfying(
              PictureException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TRUNCATED));
    }
  }

  @Test
  void codesThatMakeNoSenseAreCorrupt() {
    byte[] file = gif(new int[] {2, 2}, new int[] {0, 0, 2, 2}, 0, true, -1, 0, 1);
    assertThatThrownBy(() -> Decoding.decode(file))
        .isInstanceOfSatisfying(
            PictureException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CORRUPT));
    byte[] none = Arrays.copyOf(file, 26);
    none[25] = ';';
    assertThatThrownBy(() -> Decoding.decode(none)).hasMessageContaining("without a frame");
  }
}
