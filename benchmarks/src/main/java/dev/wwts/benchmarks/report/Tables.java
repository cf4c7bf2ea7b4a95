package dev.wwts.benchmarks.report;

import static dev.wwts.benchmarks.report.Columns.param;
import static dev.wwts.benchmarks.report.Markdown.column;
import static dev.wwts.benchmarks.report.Markdown.number;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wwts.benchmarks.report.Markdown.Column;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A run as Markdown. */
final class Tables {
  /** A busy machine warns at each of a hundred steps. */
  private static final int MOST_WARNINGS = 10;

  private Tables() {}

  static String of(Run run, List<Path> charts) {
    Markdown out = new Markdown();
    out.paragraph("# " + run.nameOf(run.device()));
    head(run.environment(), out);
    RecognitionTable.write(run, out);
    simple(
        run,
        out,
        "RecognizeBenchmark.throughput",
        "## 多个调用者同时 / several callers at once",
        List.of(
            param("型号", "model"),
            param("精度", "precision"),
            column("调用者>", Entry::callers),
            column("图/秒>", row -> number(row.mean() * row.batch(), 1))),
        "JMH 的吞吐模式，1080p，每个调用者一条 lane，每次前向一个 LibTorch 线程。 JMH's throughput mode; a lane and one thread of LibTorch's for each caller.");
    ClaimsTable.write(run, out);
    PeersTable.write(run, out);
    StagesTable.write(run, out);
    simple(
        run,
        out,
        "LoadBenchmark",
        "## 加载 / loading",
        List.of(
            param("型号", "model"),
            param("精度", "precision"),
            column("内容", row -> row.name().replace("LoadBenchmark.", "")),
            column("秒>", row -> number(row.mean() / 1000, 2))),
        "load：新进程里加载本地库与模型并预热；firstAnswer：再加一张图；swap：旧模型在服务时加载新的并替换。");
    failures(run.failures(), out);
    if (!charts.isEmpty()) {
      out.paragraph("## 图");
      charts.forEach(it -> out.paragraph(picture(it)));
    }
    return out.toString();
  }

  /** A picture beside the table. */
  static String picture(Path svg) {
    return "![%s](%s)".formatted(svg.getFileName(), svg.getFileName());
  }

  private static void head(JsonNode facts, Markdown out) {
    Function<String, String> fact = pointer -> facts.at(pointer).asText("?");
    out.paragraph(
        "实测日期 %s，版本 %s，%s 核，%s，LibTorch %s，命令 `%s`。"
            .formatted(
                fact.apply("/date"),
                fact.apply("/revision"),
                fact.apply("/cores"),
                fact.apply("/jdk"),
                fact.apply("/libTorch/version"),
                fact.apply("/command")));
    JsonNode warnings = facts.path("warnings");
    warnings.valueStream().limit(MOST_WARNINGS).forEach(it -> warning(it.asText(), out));
    int more = warnings.size() - MOST_WARNINGS;
    if (more > 0) {
      warning("另有 %d 条，见 environment.json / %d more.".formatted(more, more), out);
    }
    for (Map.Entry<String, JsonNode> each : facts.path("networks").properties()) {
      out.paragraph(
          "型号 %s = %s（随机权重，只测速度与内存 / random weights）。"
              .formatted(each.getKey(), each.getValue().path("network").asText()));
    }
  }

  private static void warning(String sentence, Markdown out) {
    out.paragraph("**注意 / warning**: " + sentence);
  }

  /** A table of one benchmark's entries; nothing where it was not measured. */
  private static void simple(
      Run run,
      Markdown out,
      String benchmark,
      String heading,
      List<Column<Entry>> columns,
      String words) {
    List<Entry> rows = run.named(benchmark);
    if (!rows.isEmpty()) {
      out.paragraph(heading);
      out.table(rows, columns);
      out.paragraph(words);
    }
  }

  private static void failures(List<Entry> failures, Markdown out) {
    if (!failures.isEmpty()) {
      out.paragraph("## 失败的步骤 / steps that failed");
      out.table(
          failures,
          List.of(
              column("步骤", Entry::name),
              column("参数", Entry::params),
              column(
                  "原因",
                  row -> Columns.word(row) + ": " + row.error().lines().findFirst().orElse("?"))));
    }
  }
}
