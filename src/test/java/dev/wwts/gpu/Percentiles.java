package dev.wwts.gpu;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;

/** Times of many calls, as p50 and p99. */
final class Percentiles {
  private final long[] nanos;
  private int count;

  Percentiles(int most) {
    nanos = new long[most];
  }

  void add(long value) {
    nanos[count++] = value;
  }

  /** Microseconds below which that part of the calls lies. */
  double micros(double part) {
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    int at = (int) Math.ceil(part * count) - 1;
    return Math.round(sorted[Math.max(0, at)] / 10.0) / 100.0;
  }

  void put(ObjectNode figures, String name) {
    figures.put(name + " p50 us", micros(0.5)).put(name + " p99 us", micros(0.99));
  }
}
