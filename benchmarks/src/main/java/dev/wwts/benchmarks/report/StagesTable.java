package dev.wwts.benchmarks.report;

import static dev.wwts.benchmarks.report.Columns.param;
import static dev.wwts.benchmarks.report.Markdown.column;
import static dev.wwts.benchmarks.report.Markdown.number;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** Stages alone, and the network beside the least time that the machine's rates allow. */
final class StagesTable {
  private final Run run;

  private StagesTable(Run run) {
    this.run = run;
  }

  /** Nothing where no stage was measured. */
  static void write(Run run, Markdown out) {
    List<Entry> rows = run.named("StageBenchmark");
    if (rows.isEmpty()) {
      return;
    }
    StagesTable table = new StagesTable(run);
    out.paragraph("## 各阶段 / stages alone");
    out.table(
        rows,
        List.of(
            param("型号", "model"),
            param("精度", "precision"),
            param("线程>", "threads"),
            column("阶段", row -> row.name().replace("StageBenchmark.", "")),
            column("ms>", row -> number(row.mean(), 2)),
            column("下限 (ms)>", row -> number(table.floor(row), 2)),
            column("倍数>", row -> number(row.mean() / table.floor(row), 2))));
    run.named("FloorBenchmark").forEach(row -> rate(row, out));
    out.paragraph("下限 / floor：网络的运算量除以实测矩阵乘速率，与权重字节数除以实测拷贝速率，取大者。");
  }

  private static void rate(Entry measured, Markdown out) {
    for (String metric : List.of("operations", "bytes")) {
      Columns.figure(measured, metric)
          .ifPresent(
              value ->
                  out.paragraph(
                      "%s（%s，%s 线程）：%s G%s/s"
                          .formatted(
                              measured.name().endsWith("multiply") ? "矩阵乘" : "内存拷贝",
                              measured.param("precision"),
                              measured.param("threads"),
                              number(value / 1e9, 1),
                              metric.equals("operations") ? "FLOP" : "B")));
    }
  }

  /** Milliseconds of a forward; NaN of other stages, and where no rate was measured. */
  private double floor(Entry row) {
    JsonNode network = run.environment().path("networks").path(row.param("model"));
    if (!row.name().endsWith(".forward") || network.isMissingNode()) {
      return Double.NaN;
    }
    double width = row.param("precision").equals("fp32") ? 1 : 0.5;
    return 1000
        * Math.max(
            network.path("operations").asDouble() / rate("multiply", "operations", row),
            width * network.path("bytes").asDouble() / rate("copy", "bytes", row));
  }

  private double rate(String method, String metric, Entry row) {
    return run.named("FloorBenchmark." + method).stream()
        .filter(e -> e.param("precision").equals(row.param("precision")))
        .filter(e -> e.param("threads").equals(row.param("threads")))
        .map(e -> Columns.figure(e, metric).orElse(Double.NaN))
        .findFirst()
        .orElse(Double.NaN);
  }
}
