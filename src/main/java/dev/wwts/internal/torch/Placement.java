package dev.wwts.internal.torch;

import dev.wwts.internal.model.Recipe;
import dev.wwts.internal.pixels.Geometry;
import dev.wwts.internal.pixels.Orientation;
import dev.wwts.internal.pixels.Pixels;

/**
 * Where a picture's crop lies before it is turned upright, and how it has to be turned.
 *
 * @param stored resize and crop of the picture as it is stored
 * @param orientation what turns the crop upright
 * @param rowsFirst whether the stored picture's height is resized before its width: Pillow resizes
 *     the upright picture's width first and rounds in between, and the height of very tall ones
 */
public record Placement(Geometry stored, Orientation orientation, boolean rowsFirst) {
  /** Pillow's Image.resize: a picture so many times as tall as wide is made lower first. */
  private static final int VERY_TALL = 100;

  /**
   * Where the resized picture would have more than this many times the crop's pixels (a strip of
   * 4000 x 30 becomes 34,133 x 256), only what the crop keeps is computed.
   */
  private static final int MOST_WASTE = 8;

  public static Placement of(Recipe recipe, Pixels pixels) {
    Orientation orientation =
        recipe.applyOrientation() ? pixels.orientation() : Orientation.TOP_LEFT;
    Geometry upright =
        orientation.swapsSides()
            ? recipe.geometry(pixels.height(), pixels.width())
            : recipe.geometry(pixels.width(), pixels.height());
    Geometry stored = orientation.swapsSides() ? upright.transposed() : upright;
    stored = orientation.mirrorsX() ? stored.mirrored() : stored;
    stored = orientation.mirrorsY() ? stored.flipped() : stored;
    boolean downFirst = isVeryTall(orientation, pixels, upright);
    return new Placement(stored, orientation, downFirst != orientation.swapsSides());
  }

  private static boolean isVeryTall(Orientation orientation, Pixels pixels, Geometry upright) {
    int width = orientation.swapsSides() ? pixels.height() : pixels.width();
    int height = orientation.swapsSides() ? pixels.width() : pixels.height();
    return height > (long) VERY_TALL * width && upright.resizedHeight() < height;
  }

  public boolean isWasteful() {
    long resized = stored.resizedWidth() * stored.resizedHeight();
    return resized > (long) MOST_WASTE * stored.width() * stored.height();
  }

  boolean resizesWidth(Pixels pixels) {
    return stored.resizedWidth() != pixels.width();
  }

  boolean resizesHeight(Pixels pixels) {
    return stored.resizedHeight() != pixels.height();
  }

  public boolean resizes(Pixels pixels) {
    return resizesWidth(pixels) || resizesHeight(pixels);
  }
}
