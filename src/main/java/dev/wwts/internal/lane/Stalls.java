package dev.wwts.internal.lane;

/**
 * Tells of one lane's forwards whether they stall: some take many times what the best of late took,
 * or their thread waits for a processor for a good part of them, as a machine with other work to do
 * lets them. Only the latter shows where even the best has stalled.
 */
final class Stalls {
  /** A forward of so many times the best, and one millisecond more, has stalled. */
  private static final int TIMES = 3;

  private static final long LEAST = 1_000_000;

  /** One of which this part was waiting for a processor, and a millisecond at least, has too. */
  private static final int PART = 8;

  /** The first forwards of a size compile and allocate. */
  private static final int FIRST = 8;

  /** So many stalls within so many forwards count. */
  private static final int STALLS = 2;

  private static final int WINDOW = 32;

  private int size;
  private int forwards;
  private int stalls;
  private long best;

  /**
   * Takes what a forward of {@code n} pictures took, and how long of that its thread had no
   * processor; returns whether forwards stall.
   */
  boolean took(int n, long nanos, long waited) {
    if (n != size) {
      size = n;
      forwards = 0;
      stalls = 0;
      best = Long.MAX_VALUE / TIMES / 2;
    }
    forwards++;
    boolean hasWaited = waited > LEAST && waited > nanos / PART;
    boolean hasStalled = hasWaited || (forwards > FIRST && nanos > TIMES * best + LEAST);
    // forgets in time what a machine did that has become slower
    best = Math.min(nanos, best + best / 256);
    if (forwards % WINDOW == 0) {
      stalls = 0;
    }
    stalls += hasStalled ? 1 : 0;
    if (stalls < STALLS) {
      return false;
    }
    stalls = 0;
    return true;
  }
}
