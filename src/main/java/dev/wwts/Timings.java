package dev.wwts;

/**
 * What the stages of one call took, in nanoseconds of wall-clock time. In a batch, {@code forward}
 * and {@code rank} are those of the whole batch, as it runs as one.
 *
 * @param decode bytes to pixels
 * @param preprocess pixels to the network's input
 * @param forward the network
 * @param rank activation and top-k
 * @param total the whole call, waiting for a free lane not included
 */
public record Timings(long decode, long preprocess, long forward, long rank, long total) {
  /** Nanoseconds as milliseconds. */
  public static double millis(long nanos) {
    return nanos / 1e6;
  }
}
