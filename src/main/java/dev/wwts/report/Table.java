package dev.wwts.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A run as Markdown. */
final class Table {
  /** A busy machine warns at each of a hundred steps. */
  private static final int MOST_WARNINGS = 10;

  private final Run run;
  private final Markdown out = new Markdown();

  private Table(Run run) {
    this.run = run;
  }

  static String markdown(Run run, List<Path> charts) {
    Table table = new Table(run);
    table.head();
    RecognitionTable.write(run, table.out);
    table.callers();
    ClaimsTable.write(run, table.out);
    PeersTable.write(run, table.out);
    StagesTable.write(run, table.out);
    table.loading();
    table.failures();
    table.charts(charts);
    return table.out.toString();
  }

  private void head() {
    JsonNode facts = run.environment();
    out.paragraph("# " + run.nameOf(run.device()));
    out.paragraph(
        "实测日期 %s，版本 %s，%s 核，%s，LibTorch %s，命令 `%s`。"
            .formatted(
                facts.path("date").asText("?"),
                facts.path("revision").asText("?"),
                facts.path("cores").asText("?"),
                facts.path("jdk").asText("?"),
                facts.path("libTorch").path("version").asText("?"),
                facts.path("command").asText("?")));
    JsonNode warnings = facts.path("warnings");
    for (int i = 0; i < Math.min(MOST_WARNINGS, warnings.size()); i++) {
      out.paragraph("**注意 / warning**: " + warnings.get(i).asText());
    }
    if (warnings.size() > MOST_WARNINGS) {
      out.paragraph(
          "**注意 / warning**: 另有 %d 条，见 environment.json / %d more."
              .formatted(warnings.size() - MOST_WARNINGS, warnings.size() - MOST_WARNINGS));
    }
    for (Map.Entry<String, JsonNode> each : facts.path("networks").properties()) {
      out.paragraph(
          "型号 %s = %s（随机权重，只测速度与内存 / random weights）。"
              .formatted(each.getKey(), each.getValue().path("network").asText()));
    }
  }

  private void callers() {
    List<JmhResults.Entry> rows = run.named("RecognizeBenchmark.throughput");
    if (rows.isEmpty()) {
      return;
    }
    out.paragraph("## 多个调用者同时 / several callers at once");
    out.head("型号", "精度", "调用者>", "图/秒>");
    for (JmhResults.Entry row : rows) {
      out.row(
          row.param("model"),
          row.param("precision"),
          row.callers(),
          Markdown.number(row.mean() * Double.parseDouble(row.param("batch")), 1));
    }
    out.endTable();
    out.paragraph(
        "JMH 的吞吐模式，1080p，每个调用者一条 lane，每次前向一个 LibTorch 线程。 JMH's throughput mode; a lane and one thread of LibTorch's for each caller.");
  }

  private void loading() {
    List<JmhResults.Entry> rows = run.named("LoadBenchmark");
    if (rows.isEmpty()) {
      return;
    }
    out.paragraph("## 加载 / loading");
    out.head("型号", "精度", "内容", "秒>");
    for (JmhResults.Entry row : rows) {
      out.row(
          row.param("model"),
          row.param("precision"),
          row.name().replace("LoadBenchmark.", ""),
          Markdown.number(row.mean() / 1000, 2));
    }
    out.endTable();
    out.paragraph("load：新进程里加载本地库与模型并预热；firstAnswer：再加一张图；swap：旧模型在服务时加载新的并替换。");
  }

  private void failures() {
    if (run.failures().isEmpty()) {
      return;
    }
    out.paragraph("## 失败的步骤 / steps that failed");
    out.head("步骤", "参数", "原因");
    for (Run.Failure failure : run.failures()) {
      String reason = failure.error().lines().findFirst().orElse("?");
      out.row(failure.name(), failure.params(), failure.word() + ": " + reason);
    }
    out.endTable();
  }

  private void charts(List<Path> charts) {
    if (!charts.isEmpty()) {
      out.paragraph("## 图");
      charts.forEach(
          it -> out.paragraph("![%s](%s)".formatted(it.getFileName(), it.getFileName())));
    }
  }
}
