package dev.wwts.benchmarks.report;

import static dev.wwts.benchmarks.report.Columns.param;
import static dev.wwts.benchmarks.report.Markdown.NONE;
import static dev.wwts.benchmarks.report.Markdown.column;
import static dev.wwts.benchmarks.report.Markdown.number;

import dev.wwts.benchmarks.report.Markdown.Column;
import java.util.ArrayList;
import java.util.List;

/** Bytes to labels, in the columns of the published table and ours beside them. */
final class RecognitionTable {
  /** Milliseconds up to which the published table's NVIDIA rows say 是. */
  private static final double SMOOTH = 600;

  private static final double USABLE = 1000;

  private static final List<String> PUBLISHED =
      List.of(
          "RTX 3060 (6GB) | 5.2 GB | 420 | 是",
          "RTX 2060 (6GB) | 5.4 GB | 580 | 是",
          "GTX 1660 Ti (6GB) | 5.6 GB | 710 | 轻微卡顿",
          "M1 MacBook Pro | 4.8 GB | 950 | 是",
          "Intel UHD 630 | OOM | - | 否");

  private RecognitionTable() {}

  /** Nothing where no recognition was measured. */
  static void write(Run run, Markdown out) {
    List<Entry> rows = run.all("RecognizeBenchmark.recognize");
    if (rows.isEmpty()) {
      return;
    }
    out.paragraph("## 从图片字节到前五个标签 / bytes to top-5");
    List<Column<Entry>> columns =
        new ArrayList<>(
            List.of(
                column("设备", row -> device(run, row)),
                column("显存占用", row -> Columns.memory(row).orElse(NONE)),
                column("单图推理时间 (ms)>", RecognitionTable::time),
                column("是否流畅运行", RecognitionTable::verdict),
                param("型号", "model"),
                param("精度", "precision"),
                param("批>", "batch"),
                param("图片", "picture"),
                param("线程>", "threads")));
    columns.addAll(Columns.LATENCY);
    columns.add(column("图/秒>", row -> number(row.batch() * 1000 / row.mean(), 1)));
    columns.add(column("来源", row -> "实测"));
    out.table(
        rows, columns, PUBLISHED.stream().map(row -> published(row, columns.size())).toList());
    rules(out);
  }

  private static String device(Run run, Entry row) {
    String name = run.nameOf(row.params().getOrDefault("device", "cpu"));
    String budget = row.params().getOrDefault("budget", "0");
    return budget.equals("0")
        ? name
        : name + "（显存预算 " + Columns.gib(Double.parseDouble(budget)) + " 模拟小卡）";
  }

  private static String time(Entry row) {
    return row.isFailed() ? Columns.word(row) : number(row.percentile(50) / row.batch(), 1);
  }

  /** Of a single picture's call: a batch's time says nothing of how long one picture waits. */
  private static String verdict(Entry row) {
    if (row.isFailed()) {
      return row.isOutOfMemory() ? "否" : NONE;
    }
    if (row.batch() != 1) {
      return NONE;
    }
    boolean hasP99 = Columns.has(row, 99);
    double time = row.percentile(hasP99 ? 99 : 100);
    String word = time <= SMOOTH ? "是" : time <= USABLE ? "轻微卡顿" : "否";
    return hasP99 ? word : word + "（按 max）";
  }

  private static List<String> published(String row, int columns) {
    List<String> cells = new ArrayList<>(List.of((row + " | base | - | 1").split(" \\| ", -1)));
    while (cells.size() < columns - 1) {
      cells.add("-");
    }
    cells.add("文章公布，非本项目实测");
    return cells;
  }

  private static void rules(Markdown out) {
    out.paragraph(
        "规则：只看批为 1 的一次调用，p99 不超过 %.0f ms 为“是”，不超过 %.0f ms 为“轻微卡顿”，否则为“否”；不足 100 次调用没有 p99，改用最大值，标“按 max”；批大于 1 不判；显存不足（OOM）为“否”。文章的三张 NVIDIA 卡符合此规则，它的 M1 一行（950 ms，“是”）不符合。"
            .formatted(SMOOTH, USABLE));
    out.paragraph(
        "n 是调用次数；p50、p90、p99、p99.9、max 是一次调用（一批）的毫秒数，p99 从 100 次、p99.9 从 1000 次调用起才给。单图推理时间是 p50 除以批大小。显存占用注明是谁的数：进程（NVML）或 LibTorch 保留；CPU 行是进程的常驻内存峰值（VmHWM，含加载），不是显存。");
    out.paragraph(
        "The verdict looks at calls of one picture only: p99, or the largest of fewer than 100 calls (按 max). Measured rows are 实测; rows marked 文章公布 were published by others and not measured here. No figure is given for a card that nobody ran.");
  }
}
