package dev.wwts.benchmarks.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.wwts.report.LineChart;
import dev.wwts.report.LineChart.Axes;
import dev.wwts.report.LineChart.Series;
import dev.wwts.report.Markdown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** A run of {@code mvn load} as people read it: goals, a table and pictures. */
final class LoadReport {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double NANOS = 1e9;
  private static final double NANOS_PER_MILLI = 1e6;

  private static final int MOST_POINTS = 150;

  /** Calls from which on a percentile says something, as in the other tables. */
  private static final Map<String, Integer> PERCENTILES =
      new TreeMap<>(Map.of("50", 1, "99", 100, "99.9", 1000));

  private LoadReport() {}

  /** Writes S.md and S-*.svg beside S.json; returns the goals. */
  static List<Goal> write(Path json) throws IOException {
    String stem = json.toString().replaceAll("\\.json$", "");
    List<JsonNode> entries = Goal.list(JSON.readTree(json.toFile()));
    JsonNode facts = JSON.readTree(Path.of(stem + ".environment.json").toFile());
    List<Goal> goals = Goal.of(entries);
    Markdown out = new Markdown();
    head(out, facts, goals);
    table(out, entries);
    for (Path picture : pictures(entries, stem)) {
      out.paragraph("![%s](%s)".formatted(picture.getFileName(), picture.getFileName()));
    }
    Files.writeString(Path.of(stem + ".md"), out.toString());
    return goals;
  }

  private static void head(Markdown out, JsonNode facts, List<Goal> goals) {
    out.paragraph("# 负载 / under load: " + facts.path("cpu").asText("?"));
    out.paragraph(
        "实测 %s，版本 %s，%s 核，%s，命令 `%s`。"
            .formatted(
                facts.path("date").asText("?"),
                facts.path("revision").asText("?"),
                facts.path("cores").asText("?"),
                facts.path("jdk").asText("?"),
                facts.path("command").asText("?")));
    facts.path("warnings").forEach(it -> out.paragraph("**注意 / warning**: " + it.asText()));
    out.head("目标 / goal", "");
    goals.forEach(goal -> out.row(goal.text(), goal.passed() ? "PASS" : "FAIL"));
    out.endTable();
  }

  private static void table(Markdown out, List<JsonNode> entries) {
    out.head(
        "型号",
        "",
        "lanes x threads",
        "负载 %",
        "到达/秒>",
        "答复/秒>",
        "p50 ms>",
        "p99>",
        "p99.9>",
        "max>",
        "理想 p99>",
        "拒绝 / refused",
        "丢失 / lost>");
    Map<String, Double> capacities = new HashMap<>();
    for (JsonNode entry : entries) {
      String who = entry.path("model").asText() + name(entry);
      if (entry.path("load").asText().equals("closed")) {
        capacities.put(who, entry.path("rate").asDouble());
      }
      double offered = entry.path("offered").asDouble();
      List<Object> row = new ArrayList<>();
      row.add(entry.path("model").asText());
      row.add(entry.path("peer").asText());
      row.add(Goal.setting(entry));
      row.add(entry.path("load").asText());
      row.add(number(offered));
      row.add(number(entry.path("rate").asDouble()));
      PERCENTILES.forEach(
          (percentile, least) ->
              row.add(
                  number(
                      entry.path("answered").asLong() < least
                          ? 0
                          : entry.path("millis").path(percentile).asDouble())));
      row.add(number(entry.path("millis").path("100").asDouble()));
      row.add(number(ideal(offered, capacities.getOrDefault(who, 0.0), entry)));
      row.add(entry.path("refused").toString().replaceAll("[{}\"]", ""));
      row.add(Goal.spoilt(entry));
      out.row(row.toArray());
    }
    out.endTable();
    out.paragraph(
        "idle：一个调用者；closed：每条 lane 两个；数字：泊松到达，wwts 可持续速率的百分比，各家到达时刻相同，从应到时刻计时。理想：同样的速率与容量（closed"
            + " 的速率），每次用时恒定的单队列。 Numbers: Poisson arrivals, percent of the rate that wwts sustains,"
            + " the same moments for all, timed from when a call was to begin. Ideal: one line"
            + " before as many lanes at the closed loop's rate, every call as long as the other. A"
            + " dash: too few calls, or more than there is room for.");
  }

  private static String number(double value) {
    return Markdown.number(value > 0 ? value : Double.NaN, 1);
  }

  private static String name(JsonNode entry) {
    return entry.path("peer").asText() + " " + Goal.setting(entry);
  }

  /** The p99, in ms, of ten minutes of an ideal queue; 0 if it would only grow. */
  private static double ideal(double offered, double capacity, JsonNode entry) {
    if (offered <= 0 || offered >= capacity) {
      return 0;
    }
    int lanes = entry.path("lanes").asInt();
    long[] nanos =
        Arrivals.ideal(Arrivals.poisson(offered, 600, 1), lanes, (long) (lanes / capacity * NANOS));
    Arrays.sort(nanos);
    return nanos[(int) (nanos.length * 0.99)] / NANOS_PER_MILLI;
  }

  private static List<Path> pictures(List<JsonNode> entries, String stem) {
    List<Path> written = new ArrayList<>();
    Map<String, Map<String, Map<Double, Double>>> models = new LinkedHashMap<>();
    for (JsonNode entry : entries) {
      if (entry.has("samples")) {
        JsonNode samples = entry.get("samples");
        written.add(soak(samples, stem + "-memory.svg", "MiB", "rssMiB", "heapMiB"));
        written.add(soak(samples, stem + "-threads.svg", "native threads", "threads"));
      } else if (entry.path("offered").asDouble() > 0) {
        models
            .computeIfAbsent(entry.path("model").asText(), it -> new LinkedHashMap<>())
            .computeIfAbsent(name(entry), it -> new TreeMap<>())
            .put(entry.path("load").asDouble(), entry.at("/millis/99").asDouble());
      }
    }
    models.forEach(
        (model, lines) -> {
          Path svg = Path.of(stem + "-" + model + ".svg");
          List<Series> series = new ArrayList<>();
          lines.forEach((name, line) -> series.add(new Series(name, List.copyOf(line.values()))));
          LineChart.write(
              svg,
              "p99 of " + model,
              new Axes("load, % of what wwts sustains", "ms", true),
              List.copyOf(lines.values().iterator().next().keySet()),
              series);
          written.add(svg);
        });
    return written;
  }

  private static Path soak(JsonNode samples, String file, String unit, String... names) {
    Path svg = Path.of(file);
    List<Series> series =
        Arrays.stream(names)
            .map(name -> new Series(name.replace("MiB", ""), values(samples, name)))
            .toList();
    Axes axes = new Axes("seconds", unit, false);
    LineChart.write(svg, "Soak", axes, values(samples, "seconds"), series);
    return svg;
  }

  /** Some hundred of them, which is what an eye sees and a file can bear. */
  private static List<Double> values(JsonNode samples, String name) {
    List<Double> all = Goal.list(samples.path(name)).stream().map(JsonNode::asDouble).toList();
    int step = 1 + all.size() / MOST_POINTS;
    return IntStream.range(0, all.size() / step).mapToObj(i -> all.get(i * step)).toList();
  }
}
