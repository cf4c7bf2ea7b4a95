package dev.wwts.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Rivals side by side, and ratios of ours to theirs. */
final class PeersTable {
  private static final List<String> PREFIXES = List.of("PeersBenchmark", "reference.");
  private static final List<String> MODELS = List.of("small", "base", "large");

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
    out.paragraph(
        "1080p JPEG 的字节到前五个标签，各方案的进程轮流运行（A B A B），时间是一次调用的毫秒数。比值是各进程中位数的几何平均之比，小于 1 表示 wwts 更快。方括号内是 99 %% 区间（对各进程中位数的对数作 Welch t 检验），含 1 即无差别；某一方进程不足 %d 个时，圆括号内只是进程之比的最小到最大，不能据此下结论。"
            .formatted(Comparison.ENOUGH));
    out.paragraph(
        "Ratios below 1: wwts is faster; in brackets a 99 %% interval (Welch's t on the logarithms of the processes' medians), in parentheses, where a side has fewer than %d processes, only the range of the processes' ratios. wwts resizes as Pillow does; djl, onnxruntime and presets get OpenCV's resize. presets at 1 thread: its OpenBLAS still uses all cores."
            .formatted(Comparison.ENOUGH));
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
            .findFirst();
    if (ours.isEmpty() || ours.get().equals(other)) {
      return Markdown.NONE;
    }
    return Comparison.of(other, ours.get()).toString();
  }
}
