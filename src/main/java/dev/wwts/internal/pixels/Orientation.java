package dev.wwts.internal.pixels;

/**
 * How a stored picture has to be turned to stand upright: the eight values of the EXIF tag 0x0112.
 * The names say on which sides of the upright picture the stored row 0 and the stored column 0 lie
 * (EXIF 2.32, section 4.6.4).
 */
public enum Orientation {
  /** 1: stored upright. */
  TOP_LEFT(1, false, false, false),
  /** 2: mirrored left to right. */
  TOP_RIGHT(2, false, true, false),
  /** 3: turned by 180 degrees. */
  BOTTOM_RIGHT(3, false, true, true),
  /** 4: mirrored top to bottom. */
  BOTTOM_LEFT(4, false, false, true),
  /** 5: mirrored along the diagonal from top left to bottom right. */
  LEFT_TOP(5, true, false, false),
  /** 6: has to be turned clockwise by 90 degrees. */
  RIGHT_TOP(6, true, false, true),
  /** 7: mirrored along the other diagonal. */
  RIGHT_BOTTOM(7, true, true, true),
  /** 8: has to be turned counter-clockwise by 90 degrees. */
  LEFT_BOTTOM(8, true, true, false);

  private static final Orientation[] ALL = values();

  private final int tag;
  private final boolean swapsSides;
  private final boolean mirrorsX;
  private final boolean mirrorsY;

  Orientation(int tag, boolean swapsSides, boolean mirrorsX, boolean mirrorsY) {
    this.tag = tag;
    this.swapsSides = swapsSides;
    this.mirrorsX = mirrorsX;
    this.mirrorsY = mirrorsY;
  }

  /** The orientation for an EXIF value; anything but 1 to 8 is {@link #TOP_LEFT}, as for Pillow. */
  public static Orientation ofTag(long tag) {
    for (Orientation orientation : ALL) {
      if (orientation.tag == tag) {
        return orientation;
      }
    }
    return TOP_LEFT;
  }

  /** The EXIF value, 1 to 8. */
  public int tag() {
    return tag;
  }

  /**
   * Whether the upright picture is as wide as the stored one is high. Swapping comes before the
   * mirroring.
   */
  public boolean swapsSides() {
    return swapsSides;
  }

  /** Whether stored columns run against the upright axis they follow. */
  public boolean mirrorsX() {
    return mirrorsX;
  }

  /** Whether stored rows run against the upright axis they follow. */
  public boolean mirrorsY() {
    return mirrorsY;
  }

  /**
   * The stored column that shows at the upright position {@code (x, y)}, both from 0, in a picture
   * stored {@code width} wide.
   */
  public int storedX(int x, int y, int width) {
    int along = swapsSides ? y : x;
    return mirrorsX ? width - 1 - along : along;
  }

  /**
   * The stored row that shows at the upright position {@code (x, y)}, both from 0, in a picture
   * stored {@code height} high.
   */
  public int storedY(int x, int y, int height) {
    int along = swapsSides ? x : y;
    return mirrorsY ? height - 1 - along : along;
  }
}
