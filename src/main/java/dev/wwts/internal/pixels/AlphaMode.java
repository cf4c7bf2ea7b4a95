package dev.wwts.internal.pixels;

/** What becomes of transparency. */
public enum AlphaMode {
  /** The colours under the transparency are kept, as by Pillow's {@code convert("RGB")}. */
  DROP,
  /**
   * The picture is laid on white, as by Pillow's {@code paste} on a white picture with its alpha as
   * the mask.
   */
  WHITE
}
