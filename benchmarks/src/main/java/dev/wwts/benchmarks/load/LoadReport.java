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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** A run of {@code mvn load} as people read it: a table, its goals and pictures. */
final class LoadReport {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Calls from which on a percentile says something, as in the other tables. */
  private static final Map<String, Integer> LEAST =
      Map.of("50", 1, "99", 100, "99.9", 1000, "100", 1);

  private LoadReport() {}

  /** Writes S.md and S-*.svg beside S.json; returns the goals. */
  static List<Goal> write(Path json) throws IOException {
    String stem = json.toString().replaceAll("\\.json$", "");
    JsonNode entries = JSON.readTree(json.toFile());
    JsonNode facts = JSON.readTree(Path.of(stem + ".environment.json").toFile());
    List<Goal> goals = Goal.of(entries);
    List<Path> pictures = pictures(entries, stem);
    Files.writeString(Path.of(stem + ".md"), markdown(entries, facts, goals, pictures));
    return goals;
  }

  static String markdown(JsonNode entries, JsonNode facts, List<Goal> goals, List<Path> pictures) {
    Markdown out = new Markdown();
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
    out.head(
        "型号",
        "",
        "lanes x threads",
        "负载 %>",
        "到达/秒>",
        "答复/秒>",
        "p50 ms>",
        "p99>",
        "p99.9>",
        "max>",
        "理想 p99>",
        "拒绝 / refused",
        "丢失 / lost>");
    Map<String, Double> capacities = new LinkedHashMap<>();
    for (JsonNode entry : entries) {
      String who = who(entry);
      if (entry.path("load").asText().equals("closed")) {
        capacities.put(who, entry.path("rate").asDouble());
      }
      out.row(row(entry, capacities.getOrDefault(who, 0.0)));
    }
    out.endTable();
    out.paragraph(
        "idle：一个调用者；closed：每条 lane 两个调用者；数字：泊松到达，占本项目可持续速率的百分比，各家相同的到达时刻，从应到时刻计时。"
            + " 理想：同样的到达，同样的容量（closed 的速率），每次用时恒定的单队列。 Numbers are Poisson arrivals in percent of"
            + " what wwts sustains, the same moments for all, timed from when a call was to begin;"
            + " ideal: one line before that many lanes, each call as long as the other, at the"
            + " closed loop's rate. A dash stands where there are too few calls.");
    pictures.forEach(
        it -> out.paragraph("![%s](%s)".formatted(it.getFileName(), it.getFileName())));
    return out.toString();
  }

  private static String who(JsonNode entry) {
    return entry.path("model").asText() + entry.path("peer").asText() + Goal.setting(entry);
  }

  private static Object[] row(JsonNode entry, double capacity) {
    double offered = entry.path("offered").asDouble();
    return new Object[] {
      entry.path("model").asText(),
      entry.path("peer").asText(),
      Goal.setting(entry),
      entry.path("load").asText(),
      Markdown.number(offered > 0 ? offered : Double.NaN, 1),
      Markdown.number(entry.path("rate").asDouble(), 1),
      millis(entry, "50"),
      millis(entry, "99"),
      millis(entry, "99.9"),
      millis(entry, "100"),
      Markdown.number(
          offered > 0 && capacity > 0 ? ideal(offered, capacity, entry) : Double.NaN, 1),
      entry.path("refused").toString().replaceAll("[{}\"]", ""),
      entry.path("lost").asLong() + entry.path("failed").asLong()
    };
  }

  private static String millis(JsonNode entry, String percentile) {
    boolean enough = entry.path("answered").asLong() >= LEAST.getOrDefault(percentile, 1);
    return Markdown.number(
        enough ? entry.path("millis").path(percentile).asDouble() : Double.NaN, 1);
  }

  /** The p99, in ms, of ten minutes of an ideal queue. */
  private static double ideal(double offered, double capacity, JsonNode entry) {
    int lanes = entry.path("lanes").asInt(1);
    long[] arrivals = Arrivals.poisson(offered, 600, 1);
    long[] nanos = Arrivals.ideal(arrivals, lanes, (long) (lanes / capacity * 1e9));
    Arrays.sort(nanos);
    return offered < capacity ? nanos[(int) (nanos.length * 0.99)] / 1e6 : Double.NaN;
  }

  private static List<Path> pictures(JsonNode entries, String stem) {
    List<Path> written = new ArrayList<>();
    TreeSet<Integer> loads = new TreeSet<>();
    Map<String, Map<String, Map<Integer, Double>>> models = new LinkedHashMap<>();
    for (JsonNode entry : entries) {
      if (entry.has("samples")) {
        JsonNode samples = entry.get("samples");
        written.add(soak(samples, stem + "-memory.svg", "MiB", "rssMiB", "heapMiB"));
        written.add(soak(samples, stem + "-threads.svg", "native threads", "threads"));
      }
      String load = entry.path("load").asText();
      if (load.matches("\\d+")) {
        loads.add(Integer.valueOf(load));
        models
            .computeIfAbsent(entry.path("model").asText(), it -> new LinkedHashMap<>())
            .computeIfAbsent(
                entry.path("peer").asText() + " " + Goal.setting(entry),
                it -> new LinkedHashMap<>())
            .put(Integer.valueOf(load), entry.at("/millis/99").asDouble());
      }
    }
    List<Double> x = loads.stream().map(Double::valueOf).toList();
    models.forEach(
        (model, lines) -> {
          List<Series> series = new ArrayList<>();
          lines.forEach(
              (name, points) ->
                  series.add(
                      new Series(
                          name,
                          loads.stream().map(it -> points.getOrDefault(it, Double.NaN)).toList())));
          Path svg = Path.of(stem + "-" + model + ".svg");
          LineChart.write(
              svg,
              "p99 of " + model,
              new Axes("load, % of what wwts sustains", "ms", true),
              x,
              series);
          written.add(svg);
        });
    return written;
  }

  private static Path soak(JsonNode samples, String file, String unit, String... names) {
    List<Series> series = new ArrayList<>();
    for (String name : names) {
      series.add(new Series(name.replace("MiB", ""), values(samples, name)));
    }
    Path svg = Path.of(file);
    LineChart.write(
        svg, "Soak", new Axes("seconds", unit, false), values(samples, "seconds"), series);
    return svg;
  }

  private static List<Double> values(JsonNode samples, String name) {
    List<Double> values = new ArrayList<>();
    samples.path(name).forEach(it -> values.add(it.asDouble()));
    return values;
  }
}
