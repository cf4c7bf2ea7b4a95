package dev.wwts.internal.image;

/** The picture formats that are decoded; told by the first bytes, never by the name of the file. */
public enum PictureFormat {
  /**
   * Baseline, extended and progressive JPEG with Huffman coding, 8 bits, grey, YCbCr, RGB, CMYK or
   * YCCK.
   */
  JPEG("JPEG"),
  /** PNG of every colour type and depth; of an animated one the default picture. */
  PNG("PNG"),
  /** Lossy and lossless WebP; of an animated one the first frame. */
  WEBP("WebP"),
  /** GIF; of an animated one the first frame. */
  GIF("GIF"),
  /** Windows and OS/2 bitmaps: 1, 4, 8, 16, 24 and 32 bits, bit fields, RLE8. */
  BMP("BMP");

  private final String label;

  PictureFormat(String label) {
    this.label = label;
  }

  /** The name for people, such as {@code WebP}. */
  public String label() {
    return label;
  }
}
