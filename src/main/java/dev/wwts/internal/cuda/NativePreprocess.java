package dev.wwts.internal.cuda;

/**
 * The native preprocessing kernel, as it is in C. Addresses are raw: a wrong one ends the process.
 */
final class NativePreprocess {
  private NativePreprocess() {}

  /** 2; 1 is a library without {@link NativeRank}, anything else another one. */
  static native int abiVersion();

  /** Bytes of a plan, in memory aligned to 8. */
  static native long planBytes();

  /**
   * The integers of a recipe, in the order of wwts_recipe in wwts_preprocess.h, which explains
   * them.
   */
  enum Field {
    WIDTH,
    HEIGHT,
    RULE,
    RESIZE_WIDTH,
    RESIZE_HEIGHT,
    INTERPOLATION,
    CROP_ROUNDING,
    BGR,
    LAYOUT,
    DTYPE
  }

  /** Plans for a picture; {@code numbers} has an element for each {@link Field}. */
  static native int plan(
      long plan,
      int width,
      int height,
      int orientation,
      boolean bgr,
      int[] numbers,
      float[] meanThenStd);

  static native long tableBytes(long plan);

  static native long scratchBytes(long plan);

  /** x, y, width, height of what is read of the stored picture. */
  static native int sourceRegion(long plan, int[] xywh);

  static native int fillTable(long plan, long table, long bytes);

  /** Queues the work; source, table, scratch and output are on the card. */
  static native int launch(
      long plan,
      long source,
      long pitch,
      long table,
      long scratch,
      long output,
      long index,
      long stream);

  /** The same work by this thread, with addresses on the host. */
  static native int runOnHost(
      long plan, long source, long pitch, long table, long scratch, long output, long index);

  /** 0 if the current card can run the kernel. Call it before a launch is captured in a graph. */
  static native int prepare();

  /** What went wrong on this thread. */
  static native String lastError();
}
