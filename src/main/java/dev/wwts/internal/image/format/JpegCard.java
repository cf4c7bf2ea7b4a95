package dev.wwts.internal.image.format;

/**
 * Decodes JPEGs to a card's memory. What it gets, libjpeg would not refuse; what it refuses, the
 * processor decodes.
 */
public interface JpegCard {
  /**
   * Decodes one, or queues what is left of that on the lane's stream.
   *
   * @param jpeg where the encoded bytes lie in the host's memory; free again when this returns
   * @param bytes how many
   * @param header what they say of the picture
   * @return where the pixels are on the card, as in {@link dev.wwts.internal.pixels.Pixels}; 0 if
   *     it refuses
   */
  long decode(long jpeg, int bytes, PictureHeader header);

  /** Says that a JPEG was not of the kind that it gets. */
  void left();
}
