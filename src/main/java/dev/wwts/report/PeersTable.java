package dev.wwts.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Rivals side by side, and ratios of ours to theirs. */
final class PeersTable {
  private static final List<String> PREFIXES = List.of("PeersBenchmark", "reference.", "Turns");
  private static final List<String> MODELS = List.of("small", "base", "large");

  private static final String CHINESE =
      "1080p JPEG 的字节到前五个标签，时间是一次调用的毫秒数，比值小于 1 表示 wwts 更快。wwts 按 Pillow 的方式缩放；djl、onnxruntime、presets 用 OpenCV 缩放。presets 在 1 线程时其 OpenBLAS 仍使用全部核。";

  private static final String CHINESE_PROCESSES =
      "各方案的进程轮流运行（A B A B）。比值是各进程中位数的几何平均之比；方括号内是 99 %% 区间（对各进程中位数的对数作 Welch t 检验），含 1 即无差别；某一方进程不足 %d 个时，圆括号内只是进程之比的最小到最大，不能据此下结论。"
          .formatted(Comparison.ENOUGH);

  private static final String CHINESE_TURNS =
      "每一轮里各方案都已载入，一次调用一次调用地轮流。比值是各轮中位数之比的几何平均；方括号内是 99 %% 区间（对各轮之比的对数作 Student t 检验），含 1 即无差别；不足 %d 轮时，圆括号内只是各轮之比的最小到最大。presets 只跑一轮。"
          .formatted(Comparison.ENOUGH);

  private static final String ENGLISH =
      "Ratios below 1: wwts is faster. wwts resizes as Pillow does; djl, onnxruntime and presets get OpenCV's resize. presets at 1 thread: its OpenBLAS still uses all cores. ";

  private static final String ENGLISH_PROCESSES =
      "Processes take turns (A B A B); in brackets a 99 %% interval (Welch's t on the logarithms of the processes' medians), in parentheses, where a side has fewer than %d processes, only the range of the processes' ratios."
          .formatted(Comparison.ENOUGH);

  private static final String ENGLISH_TURNS =
      "All are loaded in a round and take turns call by call; a ratio is the geometric mean of the rounds' ratios of medians, in brackets its 99 %% interval (Student's t on their logarithms), in parentheses, with fewer than %d rounds, only their range. presets runs in one round."
          .formatted(Comparison.ENOUGH);

  private static final Comparator<Map<String, String>> ORDER =
      Comparator.comparing((Map<String, String> params) -> MODELS.indexOf(params.get("model")))
          .thenComparing(params -> params.getOrDefault("threads", ""));

  private final List<JmhResults.Entry> entries = new ArrayList<>();
  private final List<Run.Failure> failures = new ArrayList<>();
  private final Markdown out;

  private PeersTable(Run run, Markdown out) {
    this.out = out;
    for (String prefix : PREFIXES) {
      entries.addAll(run.named(prefix));
      failures.addAll(run.failed(prefix));
    }
    entries.sort(Comparator.comparing(JmhResults.Entry::params, ORDER));
    failures.sort(Comparator.comparing(Run.Failure::params, ORDER));
  }

  /** Nothing where no rival was measured. */
  static void write(Run run, Markdown out) {
    PeersTable table = new PeersTable(run, out);
    if (!table.entries.isEmpty() || !table.failures.isEmpty()) {
      table.write();
    }
  }

  private void write() {
    out.paragraph("## 与其他方案并排 / beside others");
    List<String> heads = new ArrayList<>(List.of("型号", "线程>", "方案", "进程>"));
    heads.addAll(Latency.HEADS);
    heads.addAll(List.of("wwts fp32 ÷ 它>", "wwts bf16 ÷ 它>"));
    out.head(heads.toArray(String[]::new));
    entries.forEach(this::measured);
    failures.forEach(this::failed);
    out.endTable();
    out.paragraph(CHINESE + (turns() ? CHINESE_TURNS : CHINESE_PROCESSES));
    out.paragraph(ENGLISH + (turns() ? ENGLISH_TURNS : ENGLISH_PROCESSES));
  }

  private boolean turns() {
    return entries.stream().anyMatch(entry -> !entry.param("turns").isEmpty());
  }

  private void measured(JmhResults.Entry entry) {
    List<String> cells = params(entry.params());
    cells.add(String.valueOf(entry.processes().size()));
    cells.addAll(Latency.cells(entry));
    cells.add(ratio(entry, "fp32"));
    cells.add(ratio(entry, "bf16"));
    out.row(cells);
  }

  private void failed(Run.Failure failure) {
    List<String> cells = params(failure.params());
    cells.add(Markdown.NONE);
    cells.addAll(Latency.cells(failure));
    cells.addAll(List.of(Markdown.NONE, Markdown.NONE));
    out.row(cells);
  }

  private static List<String> params(Map<String, String> params) {
    return new ArrayList<>(
        List.of(
            params.getOrDefault("model", Markdown.NONE),
            params.getOrDefault("threads", Markdown.NONE),
            params.getOrDefault("peer", "") + " " + params.getOrDefault("precision", "")));
  }

  private String ratio(JmhResults.Entry other, String precision) {
    Optional<JmhResults.Entry> ours =
        entries.stream()
            .filter(e -> e.param("peer").equals("wwts") && e.param("precision").equals(precision))
            .filter(e -> e.param("model").equals(other.param("model")))
            .filter(e -> e.param("threads").equals(other.param("threads")))
            .filter(e -> e.param("turns").equals(other.param("turns")))
            .findFirst();
    if (ours.isEmpty() || ours.get().equals(other)) {
      return Markdown.NONE;
    }
    boolean pairs = !other.param("turns").isEmpty() && sameRounds(other, ours.get());
    return (pairs ? Comparison.ofPairs(other, ours.get()) : Comparison.of(other, ours.get()))
        .toString();
  }

  /** Not of presets, which run in one round only. */
  private static boolean sameRounds(JmhResults.Entry a, JmhResults.Entry b) {
    return a.processes().size() == b.processes().size();
  }
}
