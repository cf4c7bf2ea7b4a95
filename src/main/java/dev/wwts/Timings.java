package dev.wwts;

/**
 * What the stages of one call took, in nanoseconds of wall-clock time; on a GPU all but {@code
 * decode} and {@code total} are by its own clock, as stages overlap with the calling thread. In a
 * batch, {@code forward}, {@code rank} and {@code download} are those of the whole batch, as it
 * runs as one, also where {@link RecognizerBuilder#batching} made it of several calls: each of them
 * waited for all of it. Shares are not told, as they would add up to what nobody waited for.
 *
 * @param decode bytes to pixels
 * @param preprocess pixels to the network's input
 * @param forward the network
 * @param rank activation and top-k
 * @param total the whole call, waiting included
 * @param upload pixels to a GPU, 0 elsewhere; of a JPEG that a GPU decodes, its part of that
 * @param download indices and scores from a GPU, 0 elsewhere
 * @param waiting for a thread that decodes, for a free lane, and for calls that share its batch
 */
public record Timings(
    long decode,
    long preprocess,
    long forward,
    long rank,
    long total,
    long upload,
    long download,
    long waiting) {
  /** Of a call that did not wait and whose data stayed in the machine's memory. */
  public Timings(long decode, long preprocess, long forward, long rank, long total) {
    this(decode, preprocess, forward, rank, total, 0, 0, 0);
  }

  /** Nanoseconds as milliseconds. */
  public static double millis(long nanos) {
    return nanos / 1e6;
  }
}
