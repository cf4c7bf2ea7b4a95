package dev.wwts.torch;

import dev.wwts.bundle.Geometry;
import dev.wwts.bundle.Recipe;
import dev.wwts.image.Orientation;
import dev.wwts.image.Pixels;

/**
 * Where a picture's crop lies before it is turned upright, and how it has to be turned.
 *
 * @param stored resize and crop of the picture as it is stored
 * @param orientation what turns the crop upright
 */
record Placement(Geometry stored, Orientation orientation) {
  /**
   * Where the resized picture would have more than this many times the crop's pixels (a strip of
   * 4000 x 30 becomes 34,133 x 256), only what the crop keeps is computed.
   */
  private static final int MOST_WASTE = 8;

  static Placement of(Recipe recipe, Pixels pixels) {
    Orientation orientation =
        recipe.applyOrientation() ? pixels.orientation() : Orientation.TOP_LEFT;
    Geometry upright =
        orientation.swapsSides()
            ? recipe.geometry(pixels.height(), pixels.width())
            : recipe.geometry(pixels.width(), pixels.height());
    Geometry stored = orientation.swapsSides() ? upright.transposed() : upright;
    stored = orientation.mirrorsX() ? stored.mirrored() : stored;
    stored = orientation.mirrorsY() ? stored.flipped() : stored;
    return new Placement(stored, orientation);
  }

  boolean isWasteful() {
    long resized = stored.resizedWidth() * stored.resizedHeight();
    return resized > (long) MOST_WASTE * stored.width() * stored.height();
  }

  boolean resizes(Pixels pixels) {
    return stored.resizedWidth() != pixels.width() || stored.resizedHeight() != pixels.height();
  }
}
