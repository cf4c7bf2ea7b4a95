package dev.wwts.internal.image.webp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.PictureException;
import dev.wwts.PictureException.Reason;
import dev.wwts.internal.image.Decoding;
import dev.wwts.internal.pixels.AlphaMode;
import dev.wwts.internal.pixels.Orientation;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Files made with Pillow 12.3; the expected pixels are what it reads back. */
public class WebpDecoderTest {
  /**
   * 3 x 2, lossless with alpha: the pixels of {@link #DROPPED}, with alphas 255, 128, 0, 255, 64,
   * 1.
   */
  public static final byte[] STILL =
      Decoding.base64(
          "UklGRkoAAABXRUJQVlA4TD4AAAAvAkAAEC9AkG2zQdzr/jLTIJO2ad/61zNrI5O2aT30nn+XI5C02aI92XnxE3A6ik+21q9AIECGWNIiov8R"
              + "Cw==");

  /** 5 x 4, animated: {@link #STILL} at (2, 2) as its only frame. */
  public static final byte[] ANIMATED =
      Decoding.base64(
          "UklGRoIAAABXRUJQVlA4WAoAAAASAAAABAAAAwAAQU5JTQYAAAAzIhGAAABBTk1GVgAAAAEAAAEAAAIAAAEAAGQAAAJWUDhMPgAAAC8CQAAQ"
              + "L0CQbbNB3Ov+MtMgk7Zp3/rXM2sjk7ZpPfSef5cjkLTZoj3ZefETcDqKT7bWr0AgQIZY0iKi/xEL");

  /** 1 x 1, lossless, (1, 2, 3). */
  public static final byte[] ONE =
      Decoding.base64("UklGRiAAAABXRUJQVlA4TBQAAAAvAAAAAAdQgVQIIAAKmv7HiIj+Bw==");

  /** {@link #ONE} with an EXIF chunk, orientation 6. */
  private static final byte[] WITH_EXIF =
      Decoding.base64(
          "UklGRlQAAABXRUJQVlA4WAoAAAAIAAAAAAAAAAAAVlA4TBQAAAAvAAAAAAdQgVQIIAAKmv7HiIj+B0VYSUYaAAAASUkqAAgAAAABABIBAwAB"
              + "AAAABgAAAAAAAAA=");

  /** 16 x 16, lossy, one colour; Pillow reads (120, 61, 201). */
  public static final byte[] LOSSY =
      Decoding.base64(
          "UklGRjwAAABXRUJQVlA4IDAAAADQAQCdASoQABAAAMASJaACdLoB+AADsAD+9Sdf/zLz5aF8tC/5l5/8btxhvrEAAAA=");

  private static final byte[] DROPPED =
      Decoding.bytes(255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30, 200, 100, 50, 255, 255, 255);
  private static final byte[] ON_WHITE =
      Decoding.bytes(
          255, 0, 0, 127, 255, 127, 255, 255, 255, 10, 20, 30, 241, 216, 204, 255, 255, 255);

  @Test
  void losslessWithAlphaKeepsColoursOrLiesOnWhite() {
    assertThat(Decoding.decode(STILL).rgb()).isEqualTo(DROPPED);
    assertThat(Decoding.decode(STILL, AlphaMode.WHITE).rgb()).isEqualTo(ON_WHITE);
  }

  @Test
  void theFirstFrameOfAnAnimationLiesOnTheEmptyPicture() {
    for (AlphaMode mode : AlphaMode.values()) {
      Decoding.Decoded decoded = Decoding.decode(ANIMATED, mode);
      Decoding.Decoded frame = Decoding.decode(STILL, mode);
      for (int y = 0; y < 4; y++) {
        for (int x = 0; x < 5; x++) {
          int free = mode == AlphaMode.WHITE ? 0xFFFFFF : 0;
          assertThat(decoded.at(x, y)).isEqualTo(x < 2 || y < 2 ? free : frame.at(x - 2, y - 2));
        }
      }
    }
  }

  @Test
  void aFileShorterThanOpenCvsReaderWantsIsDecoded() {
    assertThat(Decoding.decode(ONE).rgb()).isEqualTo(Decoding.bytes(1, 2, 3));
    assertThat(Decoding.decode(LOSSY).at(5, 5)).isEqualTo(120 << 16 | 61 << 8 | 201);
  }

  @Test
  void orientationComesFromTheExifChunkWhenItIsAnnounced() {
    assertThat(Decoding.decode(WITH_EXIF).orientation()).isEqualTo(Orientation.RIGHT_TOP);
    byte[] silent = WITH_EXIF.clone();
    silent[20] = 0;
    assertThat(Decoding.decode(silent).orientation()).isEqualTo(Orientation.TOP_LEFT);
  }

  @Test
  void cutOffIsTruncatedAndNonsenseIsCorrupt() {
    for (int length = 13; length < STILL.length; length++) {
      byte[] cut = Arrays.copyOf(STILL, length);
      assertThatThrownBy(() -> Decoding.decode(cut))
          .isInstanceOfSatisfying(
              PictureException.class,
              e -> assertThat(e.reason()).isIn(Reason.TRUNCATED, Reason.CORRUPT));
    }
    byte[] odd = ANIMATED.clone();
    odd[68 - 14] = 9;
    assertThatThrownBy(() -> Decoding.decode(odd)).isInstanceOf(PictureException.class);
  }
}
