package dev.wwts.internal.model;

import dev.wwts.internal.pixels.AlphaMode;
import dev.wwts.internal.pixels.Geometry;
import dev.wwts.internal.pixels.Interpolation;
import java.util.List;

/**
 * How pixels become the network's input: resize, crop, normalise.
 *
 * @param width pixels the network sees, W
 * @param height pixels the network sees, H
 * @param color channel order the network sees
 * @param alpha what becomes of transparency
 * @param applyOrientation whether EXIF orientation is applied
 * @param resize the rule for the resized picture
 * @param interpolation the filter, antialiased
 * @param cropRounding how half a pixel of crop offset is rounded
 * @param mean subtracted from pixel / 255, in the order of {@code color}
 * @param std divides the difference
 */
public record Recipe(
    int width,
    int height,
    Color color,
    AlphaMode alpha,
    boolean applyOrientation,
    Resize resize,
    Interpolation interpolation,
    CropRounding cropRounding,
    List<Float> mean,
    List<Float> std) {
  /** Copies the lists. */
  public Recipe {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
  }

  /** Channel orders. */
  public enum Color {
    /** Red, green, blue. */
    RGB,
    /** Blue, green, red. */
    BGR
  }

  /** How (resized - cropped) / 2 becomes an integer. */
  public enum CropRounding {
    /** As torchvision's CenterCrop. */
    HALF_EVEN,
    /** As transformers' center_crop. */
    FLOOR
  }

  /** The rule that gives the resized picture's size. */
  public sealed interface Resize {
    /**
     * The shorter side becomes {@code size}, the other follows: floor(size * longer / shorter).
     *
     * @param size pixels
     */
    record ShorterSide(int size) implements Resize {}

    /**
     * Both sides are given; the aspect ratio is not kept.
     *
     * @param width pixels
     * @param height pixels
     */
    record Exact(int width, int height) implements Resize {}
  }

  /** The resize and crop of a picture of {@code width} x {@code height} pixels, upright. */
  public Geometry geometry(int width, int height) {
    long resizedWidth;
    long resizedHeight;
    if (resize instanceof Resize.Exact exact) {
      resizedWidth = exact.width();
      resizedHeight = exact.height();
    } else {
      int size = ((Resize.ShorterSide) resize).size();
      int shorter = Math.min(width, height);
      long longer = (long) size * Math.max(width, height) / shorter;
      resizedWidth = width <= height ? size : longer;
      resizedHeight = width <= height ? longer : size;
    }
    return new Geometry(
        resizedWidth,
        resizedHeight,
        cropOffset(resizedWidth, this.width),
        cropOffset(resizedHeight, this.height),
        this.width,
        this.height);
  }

  private long cropOffset(long resized, int cropped) {
    return cropRounding == CropRounding.FLOOR
        ? (resized - cropped) / 2
        : (long) Math.rint((resized - cropped) / 2.0);
  }
}
