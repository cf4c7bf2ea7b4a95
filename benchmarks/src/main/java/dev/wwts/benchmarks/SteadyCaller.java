package dev.wwts.benchmarks;

import dev.wwts.Recognizer;
import java.util.Arrays;

/** A thread that asks a recognizer for one picture after the other, and measures each call. */
final class SteadyCaller implements AutoCloseable {
  private static final double NANOS = 1e6;

  private final byte[] picture;
  private final Thread thread = new Thread(this::call, "steady caller");
  private volatile Recognizer current;
  private volatile boolean over;
  private volatile double worst;

  SteadyCaller(Recognizer first, byte[] picture) {
    this.current = first;
    this.picture = picture;
  }

  /** Makes some calls, then goes on in its own thread; returns their median, in milliseconds. */
  double start(int calls) {
    double[] millis = new double[calls];
    for (int i = 0; i < calls; i++) {
      millis[i] = one();
    }
    thread.start();
    Arrays.sort(millis);
    return millis[calls / 2];
  }

  private void call() {
    while (!over) {
      worst = Math.max(worst, one());
    }
  }

  /** A call that finds its recognizer closed asks the next, as a service would. */
  private double one() {
    long start = System.nanoTime();
    while (true) {
      Recognizer asked = current;
      try {
        asked.recognize(picture);
        return (System.nanoTime() - start) / NANOS;
      } catch (IllegalStateException e) {
        if (asked == current) {
          throw e;
        }
      }
    }
  }

  /** Later calls go to {@code next}; returns what was asked before. */
  Recognizer replace(Recognizer next) {
    Recognizer last = current;
    current = next;
    return last;
  }

  /** The longest call since {@link #start}. */
  double worstMillis() {
    return worst;
  }

  /** Ends the thread and closes what it asked. */
  @Override
  public void close() {
    over = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    current.close();
  }
}
