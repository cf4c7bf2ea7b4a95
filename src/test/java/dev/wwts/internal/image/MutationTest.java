package dev.wwts.internal.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.PictureException;
import dev.wwts.TestPictures;
import dev.wwts.internal.image.bmp.BmpDecoderTest;
import dev.wwts.internal.image.gif.GifDecoderTest;
import dev.wwts.internal.image.jpeg.JpegTest;
import dev.wwts.internal.image.png.TestPng;
import dev.wwts.internal.image.webp.WebpDecoderTest;
import dev.wwts.internal.pixels.AlphaMode;
import dev.wwts.internal.pixels.NativeBuffer;
import dev.wwts.internal.pixels.Pixels;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * Damaged pictures of every format give pixels or a {@link PictureException}: no other exception,
 * no crash, no hang. Half of the PNGs get their checksums mended, since otherwise hardly anything
 * else would ever be reached.
 */
class MutationTest {
  private static final Decoder DROP = new Decoder(new Limits(4_000_000, 1 << 20), AlphaMode.DROP);
  private static final Decoder WHITE = new Decoder(new Limits(4_000_000, 1 << 20), AlphaMode.WHITE);
  private static final NativeBuffer BUFFER = new NativeBuffer();

  private static final byte[][] SEEDS = {
    TestPictures.jpeg(70, 50),
    JpegTest.CMYK,
    new TestPng(30, 20, 8, 2, false)
        .encode(TestPng.chunk("eXIf", Decoding.exif(ByteOrder.BIG_ENDIAN, 6))),
    new TestPng(30, 20, 16, 6, true).encode(),
    new TestPng(30, 20, 2, 3, true)
        .encode(TestPng.chunk("PLTE", new byte[12]), TestPng.chunk("tRNS", new byte[3])),
    WebpDecoderTest.STILL,
    WebpDecoderTest.ANIMATED,
    WebpDecoderTest.LOSSY,
    GifDecoderTest.gif(
        new int[] {9, 9}, new int[] {2, 2, 5, 2}, 0x40, true, 2, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1),
    BmpDecoderTest.bmp(9, 3, 8, 0, 4, new byte[16], new int[36]),
    BmpDecoderTest.bmp(3, 2, 8, 1, 4, new byte[16], 1, 1, 0, 2, 1, 1, 1, 2, 0, 1),
    BmpDecoderTest.bmp(
        5, -2, 32, 3, 0, Decoding.bytes(0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0), new int[40])
  };

  @AfterContainer
  static void close() {
    DROP.close();
    WHITE.close();
    BUFFER.close();
  }

  @Property(tries = 6000)
  void damagedPicturesGivePixelsOrAPictureException(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] original = SEEDS[random.nextInt(SEEDS.length)];
    byte[] damaged = original.clone();
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      damaged = change(damaged, random);
    }
    if (random.nextBoolean()) {
      mendChecksums(damaged);
    }
    ByteBuffer encoded = ByteBuffer.wrap(damaged);
    if (random.nextBoolean()) {
      encoded = ByteBuffer.allocateDirect(damaged.length).put(damaged).flip();
    }
    try {
      Pixels pixels = (random.nextBoolean() ? DROP : WHITE).decode(encoded, BUFFER, "damaged");
      assertThat(pixels.width()).isPositive();
      assertThat((long) pixels.width() * pixels.height()).isBetween(1L, 4_000_000L);
    } catch (PictureException e) {
      assertThat(e).hasMessageStartingWith("damaged ");
    }
  }

  private static byte[] change(byte[] bytes, Random random) {
    int length = bytes.length;
    if (length < 2) {
      return bytes;
    }
    // headers decide the most
    int at = random.nextInt(random.nextBoolean() ? Math.min(length, 64) : length);
    switch (random.nextInt(6)) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[at] = (byte) random.nextInt(256);
      case 2 ->
          Arrays.fill(
              bytes, at, Math.min(length, at + 4), (byte) (random.nextBoolean() ? 0xFF : 0));
      case 3 -> {
        return Arrays.copyOf(bytes, at);
      }
      case 4 -> {
        byte[] tail = Arrays.copyOfRange(bytes, random.nextInt(length), length);
        return Decoding.concat(Arrays.copyOf(bytes, at), tail);
      }
      default -> {
        byte[] other = SEEDS[random.nextInt(SEEDS.length)];
        return Decoding.concat(
            Arrays.copyOf(bytes, at),
            Arrays.copyOfRange(other, Math.min(at, other.length), other.length));
      }
    }
    return bytes;
  }

  private static void mendChecksums(byte[] png) {
    ByteBuffer bytes = ByteBuffer.wrap(png);
    int at = 8;
    while (at <= png.length - 12) {
      int length = bytes.getInt(at);
      if (length < 0 || length > png.length - 12 - at) {
        return;
      }
      java.util.zip.CRC32 crc = new java.util.zip.CRC32();
      crc.update(png, at + 4, length + 4);
      bytes.putInt(at + 8 + length, (int) crc.getValue());
      at += 12 + length;
    }
  }
}
