package dev.wwts.cli;

import dev.wwts.internal.inspect.MemoryMeter;
import dev.wwts.report.LineChart.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/** Looks at the memory twenty times a second until closed. */
final class MemoryTimeline implements AutoCloseable {
  private static final int MILLIS = 50;

  /** One look. */
  record Sample(double seconds, long allocated, long reserved, long process) {}

  private final MemoryMeter meter;
  private final long start = System.nanoTime();
  private final List<Sample> samples = new ArrayList<>();
  private final Thread thread = new Thread(this::look, "wwts-memory");

  MemoryTimeline(MemoryMeter meter) {
    this.meter = meter;
    thread.setDaemon(true);
    thread.start();
  }

  private void look() {
    try {
      while (true) {
        sample();
        Thread.sleep(MILLIS);
      }
    } catch (InterruptedException e) {
      sample();
    }
  }

  private void sample() {
    Sample sample =
        new Sample(
            (System.nanoTime() - start) / 1e9,
            meter.allocated(),
            meter.reserved(),
            meter.process());
    synchronized (samples) {
      samples.add(sample);
    }
  }

  List<Sample> samples() {
    synchronized (samples) {
      return List.copyOf(samples);
    }
  }

  /** The lines of a picture; the process's only where the driver told it each time. */
  List<Series> series(boolean card) {
    List<Series> series = new ArrayList<>();
    series.add(line(card ? "in tensors" : "resident", Sample::allocated));
    if (card) {
      series.add(line("reserved by LibTorch", Sample::reserved));
      if (samples().stream().allMatch(sample -> sample.process() >= 0)) {
        series.add(line("process (NVML)", Sample::process));
      }
    }
    return series;
  }

  private Series line(String name, ToLongFunction<Sample> figure) {
    return new Series(
        name,
        samples().stream().map(Sample::seconds).toList(),
        samples().stream().map(sample -> figure.applyAsLong(sample) / 1048576.0).toList());
  }

  /** Looks no more; twice does nothing. */
  void stop() {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    stop();
  }
}
