package dev.wwts.internal.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wwts.PictureException;
import dev.wwts.PictureException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pictures that were answered wrongly once; what should come is Pillow's. */
class PictureCasesTest {
  private static final Path CASES = Path.of("..", "shared", "cases", "pictures");

  private static byte[] file(String name) throws IOException {
    assumeTrue(Files.isDirectory(CASES), "skipped: the test data " + CASES + " are not here");
    return Files.readAllBytes(CASES.resolve(name));
  }

  @ParameterizedTest
  @CsvSource({
    "cut_then_other_jpeg.jpg, CORRUPT, instead of their end",
    "broken-bogus-segment-length.jpg, CORRUPT, instead of their end",
    "tm481_ff9e_in_scan.jpg, CORRUPT, instead of their end",
    "jpg_2652_of_26882_bytes_accepted.jpg, CORRUPT, instead of their end",
    "jpg_prog119.jpg, TOO_LARGE, passes",
    "a1d1aafb5bca660229f8e9fc65291eab.png, CORRUPT, compression method 128",
    "tga_called_cursor.tga, UNSUPPORTED_FORMAT, a Targa"
  })
  void areRefused(String name, Reason reason, String what) throws IOException {
    byte[] picture = file(name);
    assertThatThrownBy(() -> Decoding.decode(picture))
        .isInstanceOfSatisfying(
            PictureException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(what);
  }

  @ParameterizedTest
  @CsvSource({
    "phone_108MP.jpg, 12000, 9000, 1",
    "png_rawprofile_exif_ztxt.png, 320, 213, 6",
    "exif_split.jpg, 320, 213, 6",
    "Portrait_6.jpg, 1800, 1200, 6",
    "hippopotamus-bad-comment-length.jpeg, 36, 28, 1",
    "bmp4_rle.bmp, 101, 67, 1"
  })
  void areRead(String name, int width, int height, int orientation) throws IOException {
    Decoding.Decoded decoded = Decoding.decode(file(name));
    assertThat(decoded.width()).isEqualTo(width);
    assertThat(decoded.height()).isEqualTo(height);
    assertThat(decoded.orientation().tag()).isEqualTo(orientation);
  }
}
