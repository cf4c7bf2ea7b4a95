package dev.wwts.internal.image.jpeg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.PictureException;
import dev.wwts.TestPictures;
import dev.wwts.internal.image.Decoder;
import dev.wwts.internal.image.Decoding;
import dev.wwts.internal.image.GreyPicture;
import dev.wwts.internal.image.Limits;
import dev.wwts.internal.image.format.Encoded;
import dev.wwts.internal.image.format.JpegCard;
import dev.wwts.internal.image.format.PictureHeader;
import dev.wwts.internal.pixels.AlphaMode;
import dev.wwts.internal.pixels.NativeBuffer;
import dev.wwts.internal.pixels.Orientation;
import dev.wwts.internal.pixels.Pixels;
import java.awt.Color;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;
import org.junit.jupiter.api.Test;

/** What may go to another decoder than libjpeg is nothing that libjpeg would refuse. */
class PlainJpegTest {
  private static final byte[] PHOTO = TestPictures.jpeg(70, 50);
  private static final byte[] PROGRESSIVE = TestPictures.jpeg(70, 50, true, false);
  private static final byte[] GREY = TestPictures.jpeg(33, 21, false, true);
  private static final byte[] GREY_PROGRESSIVE = TestPictures.jpeg(33, 21, true, true);
  private static final byte[] RESTARTS = restarts();
  private static final byte[][] SEEDS = {PHOTO, PROGRESSIVE, GREY, GREY_PROGRESSIVE, RESTARTS};

  private static final Decoder DECODER =
      new Decoder(new Limits(4_000_000, 1 << 20), AlphaMode.DROP);
  private static final NativeBuffer BUFFER = new NativeBuffer();

  @AfterContainer
  static void close() {
    DECODER.close();
    BUFFER.close();
  }

  private static boolean isPlain(byte[] bytes) {
    Encoded picture = new Encoded(ByteBuffer.wrap(bytes), "the picture", "others");
    return picture.has(0, "\u00FF\u00D8\u00FF")
        && PlainJpeg.length(picture, JpegLayout.read(picture)) > 0;
  }

  @Test
  void whatEncodersWriteIsPlain() {
    for (byte[] seed : SEEDS) {
      assertThat(isPlain(seed)).isTrue();
    }
    assertThat(isPlain(GreyPicture.jpeg())).isTrue();
    assertThat(isPlain(Arrays.copyOf(PHOTO, PHOTO.length + 9))).as("bytes behind").isTrue();
  }

  @Test
  void whatLibjpegMendsOrGuessesIsNot() {
    int frame = find(PHOTO, 0xC0);
    assertThat(isPlain(JpegTest.CMYK)).as("CMYK").isFalse();
    assertThat(isPlain(Arrays.copyOf(PHOTO, PHOTO.length - 2))).as("no end").isFalse();
    assertThat(isPlain(with(PHOTO, frame + 1, 0xC1))).as("extended").isFalse();
    assertThat(isPlain(with(PHOTO, frame + 11, 0x41))).as("4:1:1").isFalse();
    assertThat(isPlain(with(PHOTO, frame + 12, 3))).as("no such table").isFalse();
    assertThat(isPlain(inserted(PHOTO, frame, 0))).as("junk between segments").isFalse();
    assertThat(isPlain(inserted(PHOTO, frame, 0xFF))).as("a fill byte").isFalse();
    byte[] rgb = inserted(PHOTO, frame, adobe(0));
    assertThat(isPlain(rgb)).as("JFIF says YCbCr, Adobe RGB").isFalse();
    assertThat(isPlain(inserted(PHOTO, frame, adobe(1)))).as("both say YCbCr").isTrue();
    int restart = find(RESTARTS, 0xD0);
    assertThat(isPlain(with(RESTARTS, restart + 1, 0xD1))).as("restarts out of turn").isFalse();
    assertThat(isPlain(inserted(RESTARTS, restart, 0xFF, 0xD0))).as("one too many").isFalse();
  }

  /** The interval holds all of the first scan's units, but not those of the scans of one colour. */
  @Test
  void aProgressiveOneHasNoRestartInterval() {
    int scan = find(PROGRESSIVE, 0xDA);
    assertThat(isPlain(inserted(PROGRESSIVE, scan, 0xFF, 0xDD, 0, 4, 0, 20))).isFalse();
    assertThat(isPlain(inserted(PROGRESSIVE, scan, 0xFF, 0xDD, 0, 4, 0, 0))).as("none").isTrue();
  }

  @Test
  void aProgressiveOneHasAllBitsOfAllCoefficients() {
    int last = 0;
    for (int at = find(PROGRESSIVE, 0xDA); at >= 0; at = find(PROGRESSIVE, 0xDA, at + 2)) {
      last = at;
    }
    byte[] fewer = Decoding.concat(Arrays.copyOf(PROGRESSIVE, last), Decoding.bytes(0xFF, 0xD9));
    assertThat(isPlain(fewer)).as("the last scan is missing: libjpeg smooths").isFalse();
  }

  /** Takes every picture, and says that it left none. */
  private static final class Card implements JpegCard {
    private final List<PictureHeader> taken = new ArrayList<>();
    private int left;
    private int bytes;

    @Override
    public long decode(long jpeg, int bytes, PictureHeader header) {
      taken.add(header);
      this.bytes = bytes;
      return taken.size() % 2 == 1 ? 4711 : 0;
    }

    @Override
    public void left() {
      left++;
    }
  }

  @Test
  void theCardGetsPlainOnesAndTheProcessorTheOthersAndWhatItRefuses() {
    Card card = new Card();
    ByteBuffer photo = ByteBuffer.wrap(PHOTO);

    Pixels onCard = DECODER.decode(photo, Decoding.NO_MEMORY, card, "picture");
    assertThat(onCard).isEqualTo(new Pixels(4711, 70, 50, Orientation.TOP_LEFT, true));
    assertThat(DECODER.decode(photo, BUFFER, card, "refused").onCard()).isFalse();
    ByteBuffer cmyk = ByteBuffer.wrap(JpegTest.CMYK);
    assertThat(DECODER.decode(cmyk, BUFFER, card, "CMYK").onCard()).isFalse();
    ByteBuffer png = ByteBuffer.wrap(TestPictures.png(9, 9, Color.RED));
    assertThat(DECODER.decode(png, BUFFER, card, "a PNG").onCard()).isFalse();

    assertThat(card.taken).hasSize(2);
    assertThat(card.left).isEqualTo(1);
  }

  @Test
  void theCardSeesNothingBehindTheEnd() {
    Card card = new Card();
    ByteBuffer two = ByteBuffer.wrap(Decoding.concat(PHOTO, PROGRESSIVE));
    assertThat(DECODER.decode(two, Decoding.NO_MEMORY, card, "two").onCard()).isTrue();
    assertThat(card.bytes).isEqualTo(PHOTO.length);
  }

  @Test
  void aTableWithoutCodesIsNotPlain() {
    byte[] empty = Decoding.concat(Decoding.bytes(0xFF, 0xC4, 0, 19, 0), new byte[16]);
    assertThat(isPlain(Decoding.concat(Arrays.copyOf(PHOTO, 2), empty, rest(PHOTO)))).isFalse();
  }

  private static byte[] rest(byte[] jpeg) {
    return Arrays.copyOfRange(jpeg, 2, jpeg.length);
  }

  @Test
  void limitsComeBeforeTheCard() {
    Card card = new Card();
    try (Decoder small = new Decoder(new Limits(70 * 50 - 1, 1 << 20), AlphaMode.DROP)) {
      assertThatThrownBy(() -> small.decode(ByteBuffer.wrap(PHOTO), BUFFER, card, "large"))
          .isInstanceOf(PictureException.class);
    }
    assertThat(card.taken).isEmpty();
  }

  /** Damage of the data alone is no reason for libjpeg to refuse: it warns and goes on. */
  @Property(tries = 20_000)
  void libjpegRefusesNoPlainOne(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] damaged = SEEDS[random.nextInt(SEEDS.length)].clone();
    for (int i = random.nextInt(3); i >= 0; i--) {
      damaged = changed(damaged, random);
    }
    boolean plain;
    try {
      plain = isPlain(damaged);
    } catch (PictureException e) {
      return;
    }
    if (plain) {
      ByteBuffer encoded = ByteBuffer.wrap(damaged);
      assertThatCode(() -> DECODER.decode(encoded, BUFFER, "damaged"))
          .satisfiesAnyOf(
              e -> assertThat(e).isNull(),
              // Java's own limits and claims, which come before any decoder
              e ->
                  assertThat(e)
                      .isInstanceOf(PictureException.class)
                      .message()
                      .containsAnyOf("needs at least", "pixels, more than", "passes"));
    }
  }

  private static byte[] changed(byte[] bytes, Random random) {
    byte[] changed = bytes.clone();
    // headers decide: up to the first scan's data
    int at = random.nextInt(random.nextInt(4) > 0 ? Math.min(700, bytes.length) : bytes.length);
    switch (random.nextInt(5)) {
      case 0 -> changed[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> changed[at] = (byte) random.nextInt(256);
      case 2 -> changed[at] += (byte) (random.nextBoolean() ? 1 : -1);
      case 3 -> {
        int from = random.nextInt(bytes.length);
        return Decoding.concat(
            Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, from, bytes.length));
      }
      default -> {
        int length = Math.min(bytes.length - at, 1 + random.nextInt(3));
        System.arraycopy(bytes, random.nextInt(bytes.length - length), changed, at, length);
      }
    }
    return changed;
  }

  /** The grey one with a restart behind each unit of six blocks, of two bits each. */
  private static byte[] restarts() {
    byte[] grey = GreyPicture.jpeg();
    int scan = find(grey, 0xDA);
    byte[] head =
        Decoding.concat(
            Arrays.copyOf(grey, scan),
            Decoding.bytes(0xFF, 0xDD, 0, 4, 0, 1),
            Arrays.copyOfRange(grey, scan, scan + 14));
    byte[][] units = new byte[16][];
    for (int i = 0; i < 15; i++) {
      units[i] = Decoding.bytes(0, 0x0F, 0xFF, 0xD0 + i % 8);
    }
    units[15] = Decoding.bytes(0, 0x0F, 0xFF, 0xD9);
    return Decoding.concat(head, Decoding.concat(units));
  }

  private static int[] adobe(int transform) {
    return new int[] {0xFF, 0xEE, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, transform};
  }

  private static byte[] with(byte[] jpeg, int at, int value) {
    byte[] changed = jpeg.clone();
    changed[at] = (byte) value;
    return changed;
  }

  private static byte[] inserted(byte[] jpeg, int at, int... values) {
    return Decoding.concat(
        Arrays.copyOf(jpeg, at), Decoding.bytes(values), Arrays.copyOfRange(jpeg, at, jpeg.length));
  }

  private static int find(byte[] jpeg, int kind) {
    return find(jpeg, kind, 0);
  }

  private static int find(byte[] jpeg, int kind, int from) {
    for (int at = from; at < jpeg.length - 1; at++) {
      if (jpeg[at] == (byte) 0xFF && jpeg[at + 1] == (byte) kind) {
        return at;
      }
    }
    return -1;
  }
}
