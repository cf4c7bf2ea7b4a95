package dev.wwts.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class OrientationTest {
  // an F of 3 x 4 dots, upright
  private static final String[] UPRIGHT = {"###", "#..", "##.", "#.."};

  // the same F as it is stored, from the drawing in the EXIF specification
  private static final String[][] STORED = {
    {"###", "#..", "##.", "#.."},
    {"###", "..#", ".##", "..#"},
    {"..#", ".##", "..#", "###"},
    {"#..", "##.", "#..", "###"},
    {"####", "#.#.", "#..."},
    {"#...", "#.#.", "####"},
    {"...#", ".#.#", "####"},
    {"####", ".#.#", "...#"}
  };

  @Test
  void allEightStandUpright() {
    for (Orientation orientation : Orientation.values()) {
      String[] stored = STORED[orientation.tag() - 1];
      int width = stored[0].length();
      PictureHeader header =
          new PictureHeader(PictureFormat.JPEG, width, stored.length, orientation, false);
      assertThat(header.uprightWidth()).isEqualTo(3);
      assertThat(header.uprightHeight()).isEqualTo(4);
      for (int y = 0; y < 4; y++) {
        for (int x = 0; x < 3; x++) {
          char dot =
              stored[orientation.storedY(x, y, stored.length)].charAt(
                  orientation.storedX(x, y, width));
          assertThat(dot).as("%s at %d, %d", orientation, x, y).isEqualTo(UPRIGHT[y].charAt(x));
        }
      }
    }
  }

  @Test
  void otherTagsAreUpright() {
    for (long tag : new long[] {-1, 0, 9, 65535, Long.MAX_VALUE}) {
      assertThat(Orientation.ofTag(tag)).isEqualTo(Orientation.TOP_LEFT);
    }
  }

  @Test
  void exifIsReadInBothByteOrdersAsShortOrLong() {
    for (ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
      byte[] block = Decoding.exif(order, 6);
      assertThat(Exif.orientation(ByteBuffer.wrap(block))).isEqualTo(6);
      ByteBuffer wide = ByteBuffer.wrap(block).order(order);
      wide.putShort(12, (short) 4).putInt(18, 8);
      assertThat(Exif.orientation(wide)).isEqualTo(8);
      wide.putShort(12, (short) 2);
      assertThat(Exif.orientation(wide)).isEqualTo(Exif.NONE);
    }
  }

  @Test
  void brokenExifSaysNothing() {
    byte[] block = Decoding.exif(ByteOrder.LITTLE_ENDIAN, 6);
    for (int length = 0; length < 22; length++) {
      assertThat(Exif.orientation(ByteBuffer.wrap(block, 0, length).slice())).isEqualTo(Exif.NONE);
    }
    ByteBuffer bent = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(Exif.orientation(bent.putInt(14, Integer.MAX_VALUE))).isEqualTo(Exif.NONE);
    assertThat(Exif.orientation(bent.putInt(14, -1))).isEqualTo(Exif.NONE);
    assertThat(Exif.orientation(bent.putInt(14, 1).putInt(4, -1))).isEqualTo(Exif.NONE);
    assertThat(Exif.orientation(bent.putInt(4, Integer.MAX_VALUE))).isEqualTo(Exif.NONE);
  }

  @Property(tries = 2000)
  void anyExifGivesAnAnswer(@ForAll @Size(max = 80) byte[] block, @ForAll boolean header) {
    if (header && block.length >= 4) {
      System.arraycopy(Decoding.bytes('I', 'I', 42, 0), 0, block, 0, 4);
    }
    assertThat(Exif.orientation(ByteBuffer.wrap(block))).isGreaterThanOrEqualTo(Exif.NONE);
  }
}
