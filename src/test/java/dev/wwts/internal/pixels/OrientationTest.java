package dev.wwts.internal.pixels;

import static org.assertj.core.api.Assertions.assertThat;

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
      assertThat(orientation.swapsSides()).isEqualTo(width == 4);
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
}
