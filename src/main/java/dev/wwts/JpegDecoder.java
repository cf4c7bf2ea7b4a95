package dev.wwts;

import java.util.Locale;

/** What decodes JPEGs; pictures of other kinds are always the processor's. */
public enum JpegDecoder {
  /** The calling thread: Pillow's pixels. */
  CPU,

  /**
   * The GPU that the network runs on, by NVIDIA's nvJPEG: pixels never lie in the machine's memory,
   * and are some levels from Pillow's. Baseline and progressive JPEGs, grey or YCbCr, in which
   * nothing has to be mended; the processor decodes the others, what nvJPEG refuses, and what the
   * card has no room for. {@link Recognizer#remarks} tells of that.
   */
  GPU;

  /**
   * Reads {@code cpu} or {@code gpu}.
   *
   * @throws IllegalArgumentException if it is none of these
   */
  public static JpegDecoder parse(String text) {
    for (JpegDecoder decoder : values()) {
      if (decoder.toString().equals(text.trim().toLowerCase(Locale.ROOT))) {
        return decoder;
      }
    }
    throw new IllegalArgumentException("Unknown decoder '" + text + "': use cpu or gpu.");
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
