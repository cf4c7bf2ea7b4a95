package dev.wwts.benchmarks.report;

import static dev.wwts.benchmarks.report.Markdown.NONE;
import static dev.wwts.benchmarks.report.Markdown.column;
import static dev.wwts.benchmarks.report.Markdown.number;

import dev.wwts.benchmarks.report.Markdown.Column;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Columns and cells that several tables have. */
final class Columns {
  /** Of single calls' times: percentiles only where there are calls beyond them. */
  static final List<Column<Entry>> LATENCY =
      List.of(
          column("n>", Entry::calls),
          column("p50>", row -> row.isFailed() ? word(row) : millis(row, 50)),
          column("p90>", row -> millis(row, 90)),
          column("p99>", row -> millis(row, 99)),
          column("p99.9>", row -> millis(row, 99.9)),
          column("max>", row -> millis(row, 100)));

  private static final double GIB = 1 << 30;

  private Columns() {}

  static Column<Entry> param(String head, String name) {
    return column(head, row -> row.params().getOrDefault(name, NONE));
  }

  private static String millis(Entry row, double percent) {
    return number(has(row, percent) ? row.percentile(percent) : Double.NaN, 1);
  }

  /** Whether so many calls were measured that at least one lies beyond the percentile. */
  static boolean has(Entry row, double percent) {
    return percent < 99 || percent == 100 || row.calls() >= (percent > 99 ? 1000 : 100);
  }

  /** What stands where a failed step's time would. */
  static String word(Entry failed) {
    return failed.isOutOfMemory() ? "OOM" : "失败";
  }

  /**
   * Bytes of a card what the driver counts for the process, else what LibTorch reserved; of a CPU's
   * row the peak of resident memory. They are not comparable with each other.
   */
  static Optional<Double> bytes(Entry row) {
    return figure(row, "memory.vram.process")
        .or(() -> figure(row, "memory.vram.reserved"))
        .or(() -> figure(row, "memory.rss.peak"));
  }

  /** The same for people, and whose figure it is. */
  static Optional<String> memory(Entry row) {
    String kind =
        row.secondary().containsKey("memory.vram.process")
            ? "进程"
            : row.secondary().containsKey("memory.vram.reserved") ? "LibTorch 保留，无进程数" : "常驻内存峰值";
    return bytes(row).map(bytes -> gib(bytes) + "（" + kind + "）");
  }

  static Optional<Double> figure(Entry row, String name) {
    return Optional.ofNullable(row.secondary().get(name));
  }

  static String gib(double bytes) {
    return String.format(Locale.ROOT, "%.2f GiB", bytes / GIB);
  }
}
