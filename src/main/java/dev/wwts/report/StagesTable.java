package dev.wwts.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** Stages alone, and the network beside the least time that the machine's rates allow. */
final class StagesTable {
  private final Run run;
  private final Markdown out;

  private StagesTable(Run run, Markdown out) {
    this.run = run;
    this.out = out;
  }

  /** Nothing where no stage was measured. */
  static void write(Run run, Markdown out) {
    if (!run.named("StageBenchmark").isEmpty()) {
      new StagesTable(run, out).write();
    }
  }

  private void write() {
    out.paragraph("## 各阶段 / stages alone");
    out.head("型号", "精度", "线程>", "阶段", "ms>", "下限 (ms)>", "倍数>");
    for (JmhResults.Entry row : run.named("StageBenchmark")) {
      double floor = row.name().endsWith(".forward") ? floor(row) : Double.NaN;
      out.row(
          row.param("model"),
          row.param("precision"),
          row.param("threads"),
          row.name().replace("StageBenchmark.", ""),
          Markdown.number(row.mean(), 2),
          Markdown.number(floor, 2),
          Markdown.number(row.mean() / floor, 2));
    }
    out.endTable();
    run.named("FloorBenchmark").forEach(this::rate);
    out.paragraph("下限 / floor：网络的运算量除以实测矩阵乘速率，与权重字节数除以实测拷贝速率，取大者。");
  }

  private void rate(JmhResults.Entry measured) {
    for (String metric : List.of("operations", "bytes")) {
      Double value = measured.secondary().get(metric);
      if (value != null) {
        out.paragraph(
            "%s（%s，%s 线程）：%s G%s/s"
                .formatted(
                    measured.name().endsWith("multiply") ? "矩阵乘" : "内存拷贝",
                    measured.param("precision"),
                    measured.param("threads"),
                    Markdown.number(value / 1e9, 1),
                    metric.equals("operations") ? "FLOP" : "B"));
      }
    }
  }

  private double floor(JmhResults.Entry row) {
    JsonNode network = run.environment().path("networks").path(row.param("model"));
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
    return run.named(name).stream()
        .filter(e -> e.param("precision").equals(row.param("precision")))
        .filter(e -> e.param("threads").equals(row.param("threads")))
        .mapToDouble(e -> e.secondary().getOrDefault(metric, Double.NaN))
        .findFirst()
        .orElse(Double.NaN);
  }
}
