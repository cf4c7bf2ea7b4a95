package dev.wwts.internal.image.jpeg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.PictureException;
import dev.wwts.PictureException.Reason;
import dev.wwts.TestPictures;
import dev.wwts.internal.image.Decoding;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/**
 * Which markers may stand within and behind the data of a JPEG with one scan. The right answers are
 * Pillow 12.3's, for each marker code from 01 to FE.
 */
class JpegTailTest {
  /** 48 x 8 grey: six blocks, a restart marker after each but the last; no header segment APP0. */
  private static final byte[] RESTARTS =
      Decoding.base64(
          "/9j/2wBDAFA3PEY8MlBGQUZaVVBfeMiCeG5uePWvuZHI////////////////////////////////////////////////////"
              + "wAALCAAIADABAREA/8QAFwABAAMAAAAAAAAAAAAAAAAAAwABAv/EACAQAAICAQMFAAAAAAAAAAAAAAECAAMhBBFhQ4GxwfD/"
              + "3QAEAAH/2gAIAQEAAD8AQ10uMoByMT//0I2lPTfs33qf/9EylqDdkO3GfE//0iW2f//TpbZ//9Ta2z//2Q==");

  /** Where the restart markers stand. */
  private static final int[] AT = {167, 177, 188, 193, 198};

  private static final int END = RESTARTS.length - 2;

  private static byte[] spliced(int at, int until, int... between) {
    return Decoding.concat(
        Arrays.copyOf(RESTARTS, at),
        Decoding.bytes(between),
        Arrays.copyOfRange(RESTARTS, until, RESTARTS.length));
  }

  private static boolean isRead(byte[] jpeg) {
    try {
      return Decoding.decode(jpeg).width() > 0;
    } catch (PictureException e) {
      return false;
    }
  }

  private static Set<String> read(IntFunction<byte[]> jpegWithMarker) {
    Set<String> read = new TreeSet<>();
    for (int code = 1; code < 0xFF; code++) {
      if (isRead(jpegWithMarker.apply(code))) {
        read.add(String.format("%02X", code));
      }
    }
    return read;
  }

  /** Codes from lists such as {@code 01 D0-D7}. */
  private static Set<String> codes(String ranges) {
    Set<String> codes = new TreeSet<>();
    for (String range : ranges.split(" ", -1)) {
      int last = Integer.parseInt(range.substring(range.length() - 2), 16);
      for (int code = Integer.parseInt(range.substring(0, 2), 16); code <= last; code++) {
        codes.add(String.format("%02X", code));
      }
    }
    return codes;
  }

  @Test
  void anotherMarkerInPlaceOfARestart() {
    assertThat(read(code -> spliced(AT[1] + 1, AT[1] + 2, code)))
        .isEqualTo(codes("01-BF D0-D7 D9 DB-DC E0-EF FE"));
  }

  @Test
  void aSegmentWithinAnInterval() {
    assertThat(read(code -> spliced(AT[0], AT[0], 0xFF, code, 0, 4, 0, 0)))
        .isEqualTo(codes("01-BF CC D0-D7 D9 DB-DD E0-EF FE"));
  }

  @Test
  void aSegmentOfAnyLengthBeforeTheEnd() {
    String[] pillow = {
      "01 D0-D7 D9 DC E0-EF FE",
      "01 D0-D7 D9 DC E0-EF FE",
      "01 C4 CC D0-D7 D9 DB-DC E0-EF FE",
      "01 D0-D7 D9 DB-DC E0-EF FE",
      "01 CC D0-D7 D9 DB-DD E0-EF FE",
      "01 D0-D7 D9 DB-DC E0-EF FE"
    };
    for (int length = 0; length < pillow.length; length++) {
      int said = length;
      int[] segment = new int[Math.max(4, 2 + length)];
      segment[0] = 0xFF;
      segment[3] = length;
      assertThat(
              read(
                  code -> {
                    segment[1] = code;
                    return spliced(END, END, segment);
                  }))
          .as("length %d", said)
          .isEqualTo(codes(pillow[length]));
    }
  }

  @Test
  void lostRestartMarkersAreBridged() {
    for (int at : AT) {
      assertThat(isRead(spliced(at, at + 2))).isTrue();
    }
  }

  @Test
  void aPictureThatBreaksOffAtAnothersBeginningIsRefused() {
    byte[] photo = TestPictures.jpeg(60, 40);
    byte[] other = TestPictures.jpeg(30, 30);
    byte[] broken = Decoding.concat(Arrays.copyOf(photo, photo.length * 3 / 4), other);

    assertThatThrownBy(() -> Decoding.decode(broken))
        .isInstanceOfSatisfying(
            PictureException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CORRUPT))
        .hasMessageContaining("FFD8 at byte " + photo.length * 3 / 4);
    // behind its end a JPEG may carry another one: thumbnails of phones
    assertThat(Decoding.decode(Decoding.concat(photo, other)).rgb())
        .isEqualTo(Decoding.decode(photo).rgb());
    // without an end, what follows may be anything that is no marker
    byte[] endless = Decoding.concat(Arrays.copyOf(photo, photo.length - 2), new byte[100]);
    assertThat(Decoding.decode(endless).rgb()).isEqualTo(Decoding.decode(photo).rgb());
  }

  @Test
  void aCommentWithoutLengthIsSkippedInTheHeaderToo() {
    byte[] photo = TestPictures.jpeg(60, 40);
    for (int length = 0; length < 3; length++) {
      byte[] commented =
          Decoding.concat(
              Arrays.copyOf(photo, 2),
              Decoding.bytes(0xFF, 0xFE, 0, length),
              Arrays.copyOfRange(photo, 2, photo.length));
      assertThat(Decoding.decode(commented).rgb()).isEqualTo(Decoding.decode(photo).rgb());
    }
  }
}
