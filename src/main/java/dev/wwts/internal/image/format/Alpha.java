package dev.wwts.internal.image.format;

/** Blending of 8-bit samples. */
final class Alpha {
  private Alpha() {}

  /**
   * A sample laid on white with alpha 0 to 255: Pillow's paste, that is BLEND and MULDIV255 of its
   * ImagingUtils.h, which leaves opaque samples as they are.
   */
  static byte onWhite(byte sample, int alpha) {
    int sum = (sample & 0xFF) * alpha + 255 * (255 - alpha) + 128;
    return (byte) (((sum >> 8) + sum) >> 8);
  }
}
