package dev.wwts.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A run as Markdown, in the columns of the published table and ours beside them. */
final class Table {
  /** Milliseconds a picture up to which the published table's NVIDIA rows say 是. */
  private static final double SMOOTH = 600;

  private static final double USABLE = 1000;
  private static final double GIB = 1 << 30;

  private static final String[][] PUBLISHED = {
    {"RTX 3060 (6GB)", "5.2 GB", "420", "是"},
    {"RTX 2060 (6GB)", "5.4 GB", "580", "是"},
    {"GTX 1660 Ti (6GB)", "5.6 GB", "710", "轻微卡顿"},
    {"M1 MacBook Pro", "4.8 GB", "950", "是"},
    {"Intel UHD 630", "OOM", "-", "否"},
  };

  private final List<JmhResults.Entry> entries;
  private final JsonNode environment;
  private final StringBuilder out = new StringBuilder();

  private Table(List<JmhResults.Entry> entries, JsonNode environment) {
    this.entries = entries;
    this.environment = environment;
  }

  static String markdown(List<JmhResults.Entry> entries, JsonNode environment, List<Path> charts) {
    Table table = new Table(entries, environment);
    table.head();
    table.recognition();
    table.callers();
    table.claims();
    table.peers();
    table.stages();
    table.loading();
    if (!charts.isEmpty()) {
      table.line("## 图");
      for (Path chart : charts) {
        table.line("![%s](%s)", chart.getFileName(), chart.getFileName());
      }
    }
    return table.out.toString();
  }

  private void line(String format, Object... values) {
    out.append(values.length == 0 ? format : String.format(Locale.ROOT, format, values))
        .append('\n');
    if (!format.startsWith("|")) {
      out.append('\n');
    }
  }

  private void endTable() {
    out.append('\n');
  }

  private List<JmhResults.Entry> named(String prefix) {
    return entries.stream().filter(entry -> entry.name().startsWith(prefix)).toList();
  }

  private String device() {
    String device =
        named("RecognizeBenchmark").stream().findFirst().map(e -> e.param("device")).orElse("cpu");
    JsonNode gpu = environment.path("gpu");
    return device.equals("cpu") || gpu.isEmpty()
        ? environment.path("cpu").asText("CPU")
        : gpu.elements().next().asText();
  }

  private void head() {
    line("# %s", device());
    line(
        "实测日期 %s，版本 %s，%s 核，%s，LibTorch %s，命令 `%s`。", //
        environment.path("date").asText("?"),
        environment.path("revision").asText("?"),
        environment.path("cores").asText("?"),
        environment.path("jdk").asText("?"),
        environment.path("libTorch").path("version").asText("?"),
        environment.path("command").asText("?"));
    for (JsonNode warning : environment.path("warnings")) {
      line("**注意 / warning**: %s", warning.asText());
    }
    JsonNode networks = environment.path("networks");
    networks
        .properties()
        .forEach(
            each ->
                line(
                    "型号 %s = %s（随机权重，只测速度与内存 / random weights）。",
                    each.getKey(), each.getValue().path("network").asText()));
  }

  private void recognition() {
    List<JmhResults.Entry> rows = named("RecognizeBenchmark.recognize");
    if (rows.isEmpty()) {
      return;
    }
    line("## 从图片字节到前五个标签 / bytes to top-5");
    line("| 设备 | 显存占用 | 单图推理时间 (ms) | 是否流畅运行 | 型号 | 精度 | 批 | 图片 | 线程 | p50 | p99 | 图/秒 | 来源 |");
    line("| --- | --- | ---: | --- | --- | --- | ---: | --- | ---: | ---: | ---: | ---: | --- |");
    for (JmhResults.Entry row : rows) {
      double batch = Double.parseDouble(row.param("batch"));
      double p99 = row.percentile(99) / batch;
      line(
          "| %s | %s | %.1f | %s | %s | %s | %s | %s | %s | %.1f | %.1f | %.1f | 实测 |",
          device()
              + (row.param("budget").equals("0")
                  ? ""
                  : "（显存预算 " + gib(Double.parseDouble(row.param("budget"))) + " 模拟小卡）"),
          memory(row),
          row.percentile(50) / batch,
          p99 <= SMOOTH ? "是" : p99 <= USABLE ? "轻微卡顿" : "否",
          row.param("model"),
          row.param("precision"),
          row.param("batch"),
          row.param("picture"),
          row.param("threads"),
          row.percentile(50),
          row.percentile(99),
          batch * 1000 / row.mean());
    }
    for (String[] row : PUBLISHED) {
      line(
          "| %s | %s | %s | %s | base | - | 1 | - | - | - | - | - | 文章公布，非本项目实测 |", (Object[]) row);
    }
    endTable();
    line(
        "规则：单图 p99 不超过 %.0f ms 为“是”，不超过 %.0f ms 为“轻微卡顿”，否则为“否”；文章的三张 NVIDIA 卡符合此规则，它的 M1 一行（950 ms，“是”）不符合。"
            + "CPU 行的内存是进程常驻内存（RSS），不是显存。p50、p99 是一批的毫秒数，单图推理时间是 p50 除以批大小。",
        SMOOTH, USABLE);
    line(
        "Measured rows are 实测; rows marked 文章公布 were published by others and not measured here. No figure is given for a card that nobody ran.");
  }

  private void callers() {
    List<JmhResults.Entry> rows = named("RecognizeBenchmark.throughput");
    if (rows.isEmpty()) {
      return;
    }
    line("## 多个调用者同时 / several callers at once");
    line("| 型号 | 精度 | 调用者 | 图/秒 |");
    line("| --- | --- | ---: | ---: |");
    for (JmhResults.Entry row : rows) {
      line(
          "| %s | %s | %d | %.1f |",
          row.param("model"),
          row.param("precision"),
          row.callers(),
          row.mean() * Double.parseDouble(row.param("batch")));
    }
    endTable();
    line(
        "JMH 的吞吐模式，1080p，每个调用者一条 lane，每次前向一个 LibTorch 线程。 JMH's throughput mode; a lane and one thread of LibTorch's for each caller.");
  }

  private static String memory(JmhResults.Entry row) {
    Double vram =
        row.secondary()
            .getOrDefault("memory.vram.process", row.secondary().get("memory.vram.reserved"));
    if (vram != null) {
      return gib(vram);
    }
    Double rss = row.secondary().get("memory.rss.peak");
    return rss == null ? "-" : gib(rss) + " (RSS)";
  }

  private static String gib(double bytes) {
    return String.format(Locale.ROOT, "%.2f GiB", bytes / GIB);
  }

  private void claims() {
    line("## 文章的说法与实测 / claimed beside measured");
    line("| 说法 | 文章 | 实测 |");
    line("| --- | --- | --- |");
    line("| FP16 省显存 | 约 30 %% | %s |", change("memory"));
    line("| FP16 加速 | 15–20 %% | %s |", change("speed"));
    line("| RTX 3060 每秒图片数 | > 2 | 未测 |");
    line("| base 所需显存 | ≥ 6 GB | %s |", vramOf("base"));
    line("| small 所需显存 | ≥ 4 GB | %s |", vramOf("small"));
    endTable();
  }

  private Optional<JmhResults.Entry> single(String model, String precision) {
    return named("RecognizeBenchmark.recognize").stream()
        .filter(
            e ->
                e.param("model").equals(model)
                    && e.param("precision").equals(precision)
                    && e.param("batch").equals("1")
                    && e.param("picture").equals("1080p")
                    && !e.param("device").equals("cpu"))
        .findFirst();
  }

  private String change(String what) {
    Optional<JmhResults.Entry> half = single("base", "fp16");
    Optional<JmhResults.Entry> full = single("base", "fp32");
    if (half.isEmpty() || full.isEmpty()) {
      return "未测（没有显卡）";
    }
    if (what.equals("speed")) {
      return String.format(
          Locale.ROOT,
          "%.0f %%",
          100 * (full.get().percentile(50) / half.get().percentile(50) - 1));
    }
    double before = full.get().secondary().getOrDefault("memory.vram.peak", Double.NaN);
    double after = half.get().secondary().getOrDefault("memory.vram.peak", Double.NaN);
    return String.format(Locale.ROOT, "%.0f %%", 100 * (1 - after / before));
  }

  private String vramOf(String model) {
    return single(model, "fp16")
        .map(e -> gib(e.secondary().getOrDefault("memory.vram.process", Double.NaN)) + " (FP16)")
        .orElse("未测（没有显卡）");
  }

  private void peers() {
    Map<String, JmhResults.Entry> ours = new LinkedHashMap<>();
    List<JmhResults.Entry> all = new ArrayList<>(named("PeersBenchmark"));
    all.addAll(named("reference."));
    for (JmhResults.Entry each : all) {
      if (each.param("peer").equals("wwts")) {
        ours.put(each.param("model") + each.param("threads") + each.param("precision"), each);
      }
    }
    if (all.isEmpty()) {
      return;
    }
    line("## 与其他方案并排 / beside others");
    line("| 型号 | 线程 | 方案 | p50 (ms) | p99 (ms) | wwts fp32 ÷ 它 | wwts bf16 ÷ 它 |");
    line("| --- | ---: | --- | ---: | ---: | ---: | ---: |");
    all.stream()
        .sorted(
            java.util.Comparator.comparing((JmhResults.Entry e) -> order(e))
                .thenComparing(e -> e.param("threads")))
        .forEach(
            each ->
                line(
                    "| %s | %s | %s | %.1f | %.1f | %s | %s |",
                    each.param("model"),
                    each.param("threads"),
                    each.param("peer") + " " + each.param("precision"),
                    each.percentile(50),
                    each.percentile(99),
                    ratio(ours.get(each.param("model") + each.param("threads") + "fp32"), each),
                    ratio(ours.get(each.param("model") + each.param("threads") + "bf16"), each)));
    endTable();
    line(
        "1080p JPEG 的字节到前五个标签，各方案的进程轮流运行（A B A B）。小于 1 表示 wwts 更快；方括号内是 99 % 区间（重复少，只作参考）。"
            + " Ratios below 1: wwts is faster; in brackets a 99 % interval. wwts resizes as Pillow does; djl, onnxruntime and presets get OpenCV's resize. presets at 1 thread: its OpenBLAS still uses all cores.");
  }

  private static int order(JmhResults.Entry entry) {
    return List.of("small", "base", "large").indexOf(entry.param("model"));
  }

  private static String ratio(
      JmhResults.@org.jspecify.annotations.Nullable Entry ours, JmhResults.Entry other) {
    if (ours == null) {
      return "-";
    }
    Comparison c = Comparison.of(other, ours);
    return String.format(Locale.ROOT, "%.2f [%.2f, %.2f]", c.ratio(), c.low(), c.high());
  }

  private void stages() {
    List<JmhResults.Entry> rows = named("StageBenchmark");
    if (rows.isEmpty()) {
      return;
    }
    line("## 各阶段 / stages alone");
    line("| 型号 | 精度 | 线程 | 阶段 | ms | 下限 (ms) | 倍数 |");
    line("| --- | --- | ---: | --- | ---: | ---: | ---: |");
    for (JmhResults.Entry row : rows) {
      double floor = row.name().endsWith(".forward") ? floor(row) : Double.NaN;
      line(
          "| %s | %s | %s | %s | %.2f | %s | %s |",
          row.param("model"),
          row.param("precision"),
          row.param("threads"),
          row.name().replace("StageBenchmark.", ""),
          row.mean(),
          Double.isNaN(floor) ? "-" : String.format(Locale.ROOT, "%.2f", floor),
          Double.isNaN(floor) ? "-" : String.format(Locale.ROOT, "%.2f", row.mean() / floor));
    }
    endTable();
    for (JmhResults.Entry rate : named("FloorBenchmark")) {
      rate.secondary()
          .forEach(
              (name, value) -> {
                if (name.equals("operations") || name.equals("bytes")) {
                  line(
                      "%s（%s，%s 线程）：%.1f G%s/s",
                      rate.name().endsWith("multiply") ? "矩阵乘" : "内存拷贝",
                      rate.param("precision"),
                      rate.param("threads"),
                      value / 1e9,
                      name.equals("operations") ? "FLOP" : "B");
                }
              });
    }
    line("下限 / floor：网络的运算量除以实测矩阵乘速率，与权重字节数除以实测拷贝速率，取大者。");
  }

  private double floor(JmhResults.Entry row) {
    JsonNode network = environment.path("networks").path(row.param("model"));
    double rate = rate("FloorBenchmark.multiply", "operations", row);
    double copy = rate("FloorBenchmark.copy", "bytes", row);
    double width = row.param("precision").equals("fp32") ? 1 : 0.5;
    return network.isMissingNode()
        ? Double.NaN
        : 1000
            * Math.max(
                network.path("operations").asDouble() / rate,
                width * network.path("bytes").asDouble() / copy);
  }

  private double rate(String name, String metric, JmhResults.Entry row) {
    return named(name).stream()
        .filter(
            e ->
                e.param("precision").equals(row.param("precision"))
                    && e.param("threads").equals(row.param("threads")))
        .mapToDouble(e -> e.secondary().getOrDefault(metric, Double.NaN))
        .findFirst()
        .orElse(Double.NaN);
  }

  private void loading() {
    List<JmhResults.Entry> rows = named("LoadBenchmark");
    if (rows.isEmpty()) {
      return;
    }
    line("## 加载 / loading");
    line("| 型号 | 精度 | 内容 | 秒 |");
    line("| --- | --- | --- | ---: |");
    for (JmhResults.Entry row : rows) {
      line(
          "| %s | %s | %s | %.2f |",
          row.param("model"),
          row.param("precision"),
          row.name().replace("LoadBenchmark.", ""),
          row.mean() / 1000);
    }
    endTable();
    line("load：新进程里加载本地库与模型并预热；firstAnswer：再加一张图；swap：旧模型在服务时加载新的并替换。");
  }
}
