package dev.wwts.benchmarks.report;

import static dev.wwts.benchmarks.report.Columns.param;
import static dev.wwts.benchmarks.report.Markdown.NONE;
import static dev.wwts.benchmarks.report.Markdown.column;

import dev.wwts.benchmarks.report.Markdown.Column;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Rivals side by side, and ratios of ours to theirs. */
final class PeersTable {
  private static final List<String> MODELS = List.of("small", "base", "large");

  private static final String CHINESE =
      "1080p JPEG 的字节到前五个标签，时间是一次调用的毫秒数，比值小于 1 表示 wwts 更快。wwts 按 Pillow 的方式缩放；djl、onnxruntime、presets 用 OpenCV 缩放。presets 在 1 线程时其 OpenBLAS 仍使用全部核。";

  private static final String CHINESE_PROCESSES =
      "各方案的进程轮流运行（A B A B）。比值是各进程中位数的几何平均之比；方括号内是 99 %% 区间（对各进程中位数的对数作 Welch t 检验），含 1 即无差别；某一方进程不足 %d 个时，圆括号内只是进程之比的最小到最大，不能据此下结论。";

  private static final String CHINESE_TURNS =
      "每一轮里各方案都已载入，一次调用一次调用地轮流。比值是各轮中位数之比的几何平均；方括号内是 99 %% 区间（对各轮之比的对数作 Student t 检验），含 1 即无差别；不足 %d 轮时，圆括号内只是各轮之比的最小到最大。presets 只跑一轮。";

  private static final String ENGLISH =
      "Ratios below 1: wwts is faster. wwts resizes as Pillow does; djl, onnxruntime and presets get OpenCV's resize. presets at 1 thread: its OpenBLAS still uses all cores. ";

  private static final String ENGLISH_PROCESSES =
      "Processes take turns (A B A B); in brackets a 99 %% interval (Welch's t on the logarithms of the processes' medians), in parentheses, where a side has fewer than %d processes, only the range of the processes' ratios.";

  private static final String ENGLISH_TURNS =
      "All are loaded in a round and take turns call by call; a ratio is the geometric mean of the rounds' ratios of medians, in brackets its 99 %% interval (Student's t on their logarithms), in parentheses, with fewer than %d rounds, only their range. presets runs in one round.";

  private final List<Entry> rows;

  private PeersTable(Run run) {
    this.rows =
        Stream.of("PeersBenchmark", "reference.", "Turns")
            .flatMap(prefix -> run.all(prefix).stream())
            .sorted(
                Comparator.comparing(Entry::isFailed)
                    .thenComparing(row -> MODELS.indexOf(row.param("model")))
                    .thenComparing(row -> row.param("threads")))
            .toList();
  }

  /** Nothing where no rival was measured. */
  static void write(Run run, Markdown out) {
    PeersTable table = new PeersTable(run);
    if (!table.rows.isEmpty()) {
      table.write(out);
    }
  }

  private void write(Markdown out) {
    out.paragraph("## 与其他方案并排 / beside others");
    List<Column<Entry>> columns =
        new ArrayList<>(
            List.of(
                param("型号", "model"),
                param("线程>", "threads"),
                column("方案", row -> row.param("peer") + " " + row.param("precision")),
                column("进程>", row -> row.isFailed() ? NONE : row.processes().size())));
    columns.addAll(Columns.LATENCY);
    columns.add(column("wwts fp32 ÷ 它>", row -> ratio(row, "fp32")));
    columns.add(column("wwts bf16 ÷ 它>", row -> ratio(row, "bf16")));
    out.table(rows, columns);
    boolean turns = rows.stream().anyMatch(row -> !row.isFailed() && isOfTurns(row));
    out.paragraph(
        CHINESE + (turns ? CHINESE_TURNS : CHINESE_PROCESSES).formatted(Comparison.ENOUGH));
    out.paragraph(
        ENGLISH + (turns ? ENGLISH_TURNS : ENGLISH_PROCESSES).formatted(Comparison.ENOUGH));
  }

  private static boolean isOfTurns(Entry row) {
    return !row.param("turns").isEmpty();
  }

  private String ratio(Entry other, String precision) {
    if (other.isFailed()) {
      return NONE;
    }
    return rows.stream()
        .filter(row -> !row.isFailed())
        .filter(row -> row.param("peer").equals("wwts") && row.param("precision").equals(precision))
        .filter(
            row ->
                Stream.of("model", "threads", "turns")
                    .allMatch(name -> row.param(name).equals(other.param(name))))
        .findFirst()
        .filter(ours -> !ours.equals(other))
        .map(ours -> compare(other, ours).toString())
        .orElse(NONE);
  }

  /** In pairs not with presets, which run in one round only. */
  private static Comparison compare(Entry other, Entry ours) {
    boolean sameRounds = other.processes().size() == ours.processes().size();
    return isOfTurns(other) && sameRounds
        ? Comparison.ofPairs(other, ours)
        : Comparison.of(other, ours);
  }
}
