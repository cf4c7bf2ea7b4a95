package dev.wwts.report;

import java.util.Locale;
import java.util.Optional;

/**
 * A row's memory, and whose figure it is: they are not comparable with each other.
 *
 * @param kind the figure's name for people
 */
record Memory(double bytes, String kind) {
  private static final double GIB = 1 << 30;

  /**
   * Of a card what the driver counts for the process, else what LibTorch reserved; of a CPU's row
   * the peak of resident memory.
   */
  static Optional<Memory> of(JmhResults.Entry row) {
    return figure(row, "memory.vram.process", "进程")
        .or(() -> figure(row, "memory.vram.reserved", "LibTorch 保留，无进程数"))
        .or(() -> figure(row, "memory.rss.peak", "常驻内存峰值"));
  }

  private static Optional<Memory> figure(JmhResults.Entry row, String name, String kind) {
    return Optional.ofNullable(row.secondary().get(name)).map(bytes -> new Memory(bytes, kind));
  }

  static String gib(double bytes) {
    return String.format(Locale.ROOT, "%.2f GiB", bytes / GIB);
  }

  @Override
  public String toString() {
    return gib(bytes) + "（" + kind + "）";
  }
}
