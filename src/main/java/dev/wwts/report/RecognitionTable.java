package dev.wwts.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Bytes to labels, in the columns of the published table and ours beside them. */
final class RecognitionTable {
  /** Milliseconds up to which the published table's NVIDIA rows say 是. */
  private static final double SMOOTH = 600;

  private static final double USABLE = 1000;

  private static final List<List<String>> PUBLISHED =
      List.of(
          List.of("RTX 3060 (6GB)", "5.2 GB", "420", "是"),
          List.of("RTX 2060 (6GB)", "5.4 GB", "580", "是"),
          List.of("GTX 1660 Ti (6GB)", "5.6 GB", "710", "轻微卡顿"),
          List.of("M1 MacBook Pro", "4.8 GB", "950", "是"),
          List.of("Intel UHD 630", "OOM", "-", "否"));

  private final Run run;
  private final Markdown out;

  private RecognitionTable(Run run, Markdown out) {
    this.run = run;
    this.out = out;
  }

  /** Nothing where no recognition was measured. */
  static void write(Run run, Markdown out) {
    if (!run.named("RecognizeBenchmark.recognize").isEmpty()
        || !run.failed("RecognizeBenchmark.recognize").isEmpty()) {
      new RecognitionTable(run, out).write();
    }
  }

  private void write() {
    out.paragraph("## 从图片字节到前五个标签 / bytes to top-5");
    List<String> heads = new ArrayList<>();
    heads.addAll(List.of("设备", "显存占用", "单图推理时间 (ms)>", "是否流畅运行"));
    heads.addAll(List.of("型号", "精度", "批>", "图片", "线程>"));
    heads.addAll(Latency.HEADS);
    heads.addAll(List.of("图/秒>", "来源"));
    out.head(heads.toArray(String[]::new));
    run.named("RecognizeBenchmark.recognize").forEach(this::measured);
    run.failed("RecognizeBenchmark.recognize").forEach(this::failed);
    PUBLISHED.forEach(row -> published(row, heads.size()));
    out.endTable();
    rules();
  }

  private void measured(JmhResults.Entry row) {
    double batch = Double.parseDouble(row.param("batch"));
    List<String> cells = new ArrayList<>();
    cells.add(device(row.params()));
    cells.add(Memory.of(row).map(Memory::toString).orElse(Markdown.NONE));
    cells.add(Markdown.number(row.percentile(50) / batch, 1));
    cells.add(verdict(row));
    cells.addAll(params(row.params()));
    cells.addAll(Latency.cells(row));
    cells.add(Markdown.number(batch * 1000 / row.mean(), 1));
    cells.add("实测");
    out.row(cells);
  }

  private void failed(Run.Failure row) {
    List<String> cells = new ArrayList<>();
    cells.add(device(row.params()));
    cells.add(Markdown.NONE);
    cells.add(row.word());
    cells.add(row.isOfMemory() ? "否" : Markdown.NONE);
    cells.addAll(params(row.params()));
    cells.addAll(Latency.cells(row));
    cells.add(Markdown.NONE);
    cells.add("实测");
    out.row(cells);
  }

  private void published(List<String> row, int columns) {
    List<String> cells = new ArrayList<>(row);
    cells.addAll(List.of("base", "-", "1"));
    while (cells.size() < columns - 1) {
      cells.add("-");
    }
    cells.add("文章公布，非本项目实测");
    out.row(cells);
  }

  private String device(Map<String, String> params) {
    String name = run.nameOf(params.getOrDefault("device", "cpu"));
    String budget = params.getOrDefault("budget", "0");
    return budget.equals("0")
        ? name
        : name + "（显存预算 " + Memory.gib(Double.parseDouble(budget)) + " 模拟小卡）";
  }

  private static List<String> params(Map<String, String> params) {
    List<String> cells = new ArrayList<>();
    for (String name : List.of("model", "precision", "batch", "picture", "threads")) {
      cells.add(params.getOrDefault(name, Markdown.NONE));
    }
    return cells;
  }

  /** Of a single picture's call: a batch's time says nothing of how long one picture waits. */
  private static String verdict(JmhResults.Entry row) {
    if (!row.param("batch").equals("1")) {
      return Markdown.NONE;
    }
    boolean hasP99 = Latency.hasP99(row);
    double time = row.percentile(hasP99 ? 99 : 100);
    String word = time <= SMOOTH ? "是" : time <= USABLE ? "轻微卡顿" : "否";
    return hasP99 ? word : word + "（按 max）";
  }

  private void rules() {
    out.paragraph(
        "规则：只看批为 1 的一次调用，p99 不超过 %.0f ms 为“是”，不超过 %.0f ms 为“轻微卡顿”，否则为“否”；不足 100 次调用没有 p99，改用最大值，标“按 max”；批大于 1 不判；显存不足（OOM）为“否”。文章的三张 NVIDIA 卡符合此规则，它的 M1 一行（950 ms，“是”）不符合。"
            .formatted(SMOOTH, USABLE));
    out.paragraph(
        "n 是调用次数；p50、p90、p99、p99.9、max 是一次调用（一批）的毫秒数，p99 从 100 次、p99.9 从 1000 次调用起才给。单图推理时间是 p50 除以批大小。显存占用注明是谁的数：进程（NVML）或 LibTorch 保留；CPU 行是进程的常驻内存峰值（VmHWM，含加载），不是显存。");
    out.paragraph(
        "The verdict looks at calls of one picture only: p99, or the largest of fewer than 100 calls (按 max). Measured rows are 实测; rows marked 文章公布 were published by others and not measured here. No figure is given for a card that nobody ran.");
  }
}
