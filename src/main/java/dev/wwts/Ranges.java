package dev.wwts;

import java.time.Duration;

/** What callers may ask for: each gives back the value, or refuses it in a sentence. */
final class Ranges {
  /** Pictures of a batch. */
  static final int MOST_PICTURES = 4096;

  private static final Duration LONGEST = Duration.ofDays(10_000);

  private Ranges() {}

  static int whole(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + " must be from " + least + " to " + most + ", not " + value + ".");
    }
    return value;
  }

  static long bytes(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be from 1, not " + value + ".");
    }
    return value;
  }

  static double part(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(name + " must be from 0 to 1, not " + value + ".");
    }
    return value;
  }

  static double similarity(double value) {
    if (!(value >= -1 && value <= 1)) {
      throw new IllegalArgumentException("A similarity is -1 to 1, not " + value + ".");
    }
    return value;
  }

  static long nanos(String name, Duration time) {
    if (time.isNegative() || time.isZero()) {
      throw new IllegalArgumentException(name + " must be above 0, not " + time + ".");
    }
    return time.compareTo(LONGEST) > 0 ? LONGEST.toNanos() : time.toNanos();
  }

  /** The same where 0 is none. */
  static long nanosOrNone(String name, Duration time) {
    return time.isZero() ? 0 : nanos(name, time);
  }
}
