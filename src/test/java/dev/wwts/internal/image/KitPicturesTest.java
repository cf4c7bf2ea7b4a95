package dev.wwts.internal.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.Kit;
import dev.wwts.PictureException;
import dev.wwts.PictureException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The kit's pictures against its lossless yardstick, {@code hard/baseline.png}, and the reasons for
 * its bad ones.
 */
class KitPicturesTest {
  private static final List<String> SAME_AS_BASELINE =
      List.of(
          "lossless.webp",
          "alpha.webp",
          "alpha.png",
          "rgb.bmp",
          "rgb16.png",
          "exif_orientation_6.png");

  /**
   * Levels: what Pillow's own pixels of the rotated JPEGs (4:4:4, quality 95) differ from the
   * yardstick at most.
   */
  private static final int JPEG_DIFFERENCE = 19;

  private static final Map<String, Reason> BAD =
      Map.ofEntries(
          Map.entry("empty.jpg", Reason.EMPTY),
          Map.entry("one_byte.jpg", Reason.UNSUPPORTED_FORMAT),
          Map.entry("only_soi.jpg", Reason.TRUNCATED),
          Map.entry("truncated_10.jpg", Reason.TRUNCATED),
          Map.entry("truncated_50.jpg", Reason.TRUNCATED),
          Map.entry("truncated_95.jpg", Reason.TRUNCATED),
          Map.entry("truncated_50_progressive.jpg", Reason.TRUNCATED),
          Map.entry("truncated_50.png", Reason.TRUNCATED),
          Map.entry("corrupt_idat.png", Reason.CORRUPT),
          Map.entry("bomb_65535x65535.png", Reason.TOO_LARGE),
          Map.entry("bomb_65500x65500.jpg", Reason.TOO_LARGE),
          Map.entry("zero_size.png", Reason.CORRUPT),
          Map.entry("text.jpg", Reason.UNSUPPORTED_FORMAT),
          Map.entry("random_bytes.jpg", Reason.UNSUPPORTED_FORMAT),
          Map.entry("zip_wrapped.jpg", Reason.UNSUPPORTED_FORMAT));

  private static byte[] photo(String name) {
    try {
      return Files.readAllBytes(Kit.folder().resolve(Path.of("photos", name)));
    } catch (IOException e) {
      throw new AssertionError("the kit has no " + name, e);
    }
  }

  /** Largest difference of a sample, in levels, of the upright pictures. */
  private static int difference(Decoding.Decoded one, Decoding.Decoded other) {
    int width = one.orientation().swapsSides() ? one.height() : one.width();
    int height = one.orientation().swapsSides() ? one.width() : one.height();
    int largest = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int a = one.uprightAt(x, y);
        int b = other.uprightAt(x, y);
        for (int shift = 0; shift <= 16; shift += 8) {
          largest = Math.max(largest, Math.abs((a >> shift & 0xFF) - (b >> shift & 0xFF)));
        }
      }
    }
    return largest;
  }

  @Test
  void losslessKindsHaveExactlyTheYardsticksPixels() {
    Decoding.Decoded baseline = Decoding.decode(photo("hard/baseline.png"));
    for (String name : SAME_AS_BASELINE) {
      assertThat(difference(Decoding.decode(photo("hard/" + name)), baseline)).as(name).isZero();
    }
  }

  @Test
  void allEightOrientationsStandUpright() {
    Decoding.Decoded baseline = Decoding.decode(photo("hard/baseline.png"));
    for (int tag = 1; tag <= 8; tag++) {
      Decoding.Decoded turned = Decoding.decode(photo("hard/exif_orientation_" + tag + ".jpg"));
      assertThat(turned.orientation().tag()).isEqualTo(tag);
      assertThat(difference(turned, baseline)).isLessThanOrEqualTo(JPEG_DIFFERENCE);
    }
  }

  @Test
  void theSameCoefficientsGiveTheSamePixels() {
    byte[] baseline = Decoding.decode(photo("hard/baseline.jpg")).rgb();
    assertThat(Decoding.decode(photo("hard/progressive.jpg")).rgb()).isEqualTo(baseline);
    assertThat(Decoding.decode(photo("hard/restart_markers.jpg")).rgb()).isEqualTo(baseline);
  }

  @Test
  void aMissingEndMarkerIsToleratedWhereLibjpegHasAllItNeeds() {
    byte[] file = photo("hard/baseline.jpg");
    byte[] cut = Arrays.copyOf(file, file.length - 2);
    assertThat(Decoding.decode(cut).rgb()).isEqualTo(Decoding.decode(file).rgb());
  }

  @Test
  void badPicturesHaveTheirReason() {
    BAD.forEach(
        (name, reason) -> {
          // read outside the assertion, which would take a skipped test for a wrong exception
          byte[] file = photo("bad/" + name);
          assertThatThrownBy(() -> Decoding.decode(file))
              .as(name)
              .isInstanceOfSatisfying(
                  PictureException.class, e -> assertThat(e.reason()).isEqualTo(reason));
        });
    for (String name : List.of("garbage_after_eoi.jpg", "polyglot_jpeg_zip.jpg", "png_named.jpg")) {
      assertThat(Decoding.decode(photo("bad/" + name)).width()).as(name).isEqualTo(360);
    }
  }
}
