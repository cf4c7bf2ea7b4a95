package dev.wwts.internal.lane;

/**
 * Tells of one lane's forwards whether they stall so much that brief spins are the better choice:
 * some take many times what the best of late took, or their thread waits for a processor for a good
 * part of them, as a machine with other work to do lets them. Only the latter shows where even the
 * best has stalled.
 */
final class Stalls {
  /** A forward of so many times the best, and one millisecond more, has stalled. */
  private static final int TIMES = 3;

  private static final long LEAST = 1_000_000;

  /** One of which this part was waiting for a processor, and a millisecond at least, has too. */
  private static final int PART = 8;

  /** So many in a row of those that waited show a machine that is busy all the time. */
  private static final int IN_ROW = 4;

  /** The first forwards of a size compile and allocate. */
  private static final int FIRST = 8;

  /** So many forwards' time must be lost, and of one stall at most so much counts. */
  private static final double LOST = 16;

  private static final double LOST_AT_ONCE = 8;

  /** What brief spins cost each forward of a small network, as a part of it. */
  private static final double PRICE = 0.5;

  private int size;
  private int forwards;
  private int inRow;
  private double lost;
  private long best;

  /**
   * Takes what a forward of {@code n} pictures took, and how long of that its thread had no
   * processor; returns whether forwards stall.
   */
  boolean took(int n, long nanos, long waited) {
    if (n != size) {
      size = n;
      forwards = 0;
      forget();
      best = Long.MAX_VALUE / TIMES / 2;
    }
    forwards++;
    boolean hasWaited = waited > LEAST && waited > nanos / PART;
    boolean hasStalled = hasWaited || (forwards > FIRST && nanos > TIMES * best + LEAST);
    // forgets in time what a machine did that has become slower
    best = Math.min(nanos, best + best / 256);
    inRow = hasWaited ? inRow + 1 : 0;
    double loss = hasStalled ? (double) Math.max(waited, nanos - best) / best : 0;
    lost = Math.max(0, lost + Math.min(loss, LOST_AT_ONCE) - PRICE);
    if (lost < LOST && inRow < IN_ROW) {
      return false;
    }
    forget();
    return true;
  }

  private void forget() {
    inRow = 0;
    lost = 0;
  }
}
