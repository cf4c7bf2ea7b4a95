package dev.wwts.internal.image;

/** Blending of 8-bit samples. */
final class Alpha {
  private Alpha() {}

  /**
   * A sample 0 to 255 laid on white with alpha 0 to 255: Pillow's paste, that is BLEND and
   * MULDIV255 of its ImagingUtils.h.
   */
  static byte onWhite(int sample, int alpha) {
    int sum = sample * alpha + 255 * (255 - alpha) + 128;
    return (byte) (((sum >> 8) + sum) >> 8);
  }
}
