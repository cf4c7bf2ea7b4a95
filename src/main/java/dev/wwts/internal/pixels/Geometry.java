package dev.wwts.internal.pixels;

/**
 * A resize and the crop of its result, in pixels. Long, as a strip of 1 x 10^8 pixels has a long
 * side of its own.
 *
 * @param resizedWidth width after the resize
 * @param resizedHeight height after the resize
 * @param left first column of the crop in the resized picture
 * @param top first row of the crop
 * @param width columns of the crop
 * @param height rows of the crop
 */
public record Geometry(
    long resizedWidth, long resizedHeight, long left, long top, int width, int height) {
  /** The same with rows and columns exchanged. */
  public Geometry transposed() {
    return new Geometry(resizedHeight, resizedWidth, top, left, height, width);
  }

  /** The same, seen from a picture mirrored left to right. */
  public Geometry mirrored() {
    return new Geometry(
        resizedWidth, resizedHeight, resizedWidth - left - width, top, width, height);
  }

  /** The same, seen from a picture turned upside down by mirroring top to bottom. */
  public Geometry flipped() {
    return new Geometry(
        resizedWidth, resizedHeight, left, resizedHeight - top - height, width, height);
  }
}
