package dev.wwts.benchmarks.load;

import static dev.wwts.benchmarks.report.Markdown.column;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.wwts.benchmarks.report.Markdown;
import dev.wwts.benchmarks.report.Markdown.Column;
import dev.wwts.report.LineChart;
import dev.wwts.report.LineChart.Axes;
import dev.wwts.report.LineChart.Series;
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
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A run of {@code mvn load} as people read it: goals, a table and pictures. */
final class LoadReport {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double NANOS = 1e9;
  private static final int MOST_POINTS = 150;

  private final List<JsonNode> entries;
  private final String stem;
  private final Markdown out = new Markdown();

  /** The rates that services sustain, by model, peer and setting. */
  private final Map<String, Double> capacities = new HashMap<>();

  private LoadReport(List<JsonNode> entries, String stem) {
    this.entries = entries;
    this.stem = stem;
    for (JsonNode entry : entries) {
      if (entry.path("load").asText().equals("closed")) {
        capacities.put(
            entry.path("model").asText() + name(entry), entry.path("rate").asDouble());
      }
    }
  }

  /** Writes S.md and S-*.svg beside S.json; returns the goals. */
  static List<Goal> write(Path json) throws IOException {
    String stem = json.toString().replaceAll("\\.json$", "");
    List<JsonNode> entries = JSON.readTree(json.toFile()).valueStream().toList();
    JsonNode facts = JSON.readTree(Path.of(stem + ".environment.json").toFile());
    List<Goal> goals = Goal.of(entries);
    LoadReport report = new LoadReport(entries, stem);
    report.head(facts, goals);
    report.table();
    report.pictures();
    Files.writeString(Path.of(stem + ".md"), report.out.toString());
    return goals;
  }

  private void head(JsonNode facts, List<Goal> goals) {
    Function<String, String> fact = name -> facts.path(name).asText("?");
    out.paragraph("# 负载 / under load: " + fact.apply("cpu"));
    out.paragraph(
        "实测 %s，版本 %s，%s 核，%s，命令 `%s`。"
            .formatted(
                Stream.of("date", "revision", "cores", "jdk", "command").map(fact).toArray()));
    facts.path("warnings").forEach(it -> out.paragraph("**注意 / warning**: " + it.asText()));
    out.table(
        goals,
        List.of(
            column("目标 / goal", Goal::text),
            column("", goal -> goal.passed() ? "PASS" : "FAIL")));
  }

  private void table() {
    out.table(
        entries,
        List.of(
            column("型号", entry -> entry.path("model").asText()),
            column("", entry -> entry.path("peer").asText()),
            column("lanes x threads", Goal::setting),
            column("负载 %", entry -> entry.path("load").asText()),
            figure("到达/秒>", entry -> entry.path("offered").asDouble()),
            figure("答复/秒>", entry -> entry.path("rate").asDouble()),
            figure("p50 ms>", entry -> percentile(entry, "50", 1)),
            figure("p99>", entry -> percentile(entry, "99", 100)),
            figure("p99.9>", entry -> percentile(entry, "99.9", 1000)),
            figure("max>", entry -> percentile(entry, "100", 0)),
            figure("理想 p99>", this::ideal),
            column(
                "拒绝 / refused", entry -> entry.path("refused").toString().replaceAll("[{}\"]", "")),
            column("丢失 / lost>", Goal::spoilt)));
    out.paragraph(
        "idle：一个调用者；closed：每条 lane 两个；64：64 个；64+swaps：同时不停换模型；其余数字：泊松到达，wwts 可持续速率的百分比，各家到达时刻相同，从应到时刻计时。理想：同样的速率与容量（closed"
            + " 的速率），每次用时恒定的单队列。 Other numbers: Poisson arrivals, percent of the rate that wwts sustains,"
            + " the same moments for all, timed from when a call was to begin. Ideal: one line"
            + " before as many lanes at the closed loop's rate, every call as long as the other. A"
            + " dash: too few calls, or more than there is room for.");
  }

  /** A dash where it is 0. */
  private static Column<JsonNode> figure(String head, ToDoubleFunction<JsonNode> figure) {
    return column(
        head,
        entry -> {
          double value = figure.applyAsDouble(entry);
          return Markdown.number(value > 0 ? value : Double.NaN, 1);
        });
  }

  /** Of so many calls at least, else 0. */
  private static double percentile(JsonNode entry, String percentile, int least) {
    return entry.path("answered").asLong() < least
        ? 0
        : entry.path("millis").path(percentile).asDouble();
  }

  private static String name(JsonNode entry) {
    return entry.path("peer").asText() + " " + Goal.setting(entry);
  }

  /** The p99, in ms, of ten minutes of an ideal queue; 0 if it would only grow. */
  private double ideal(JsonNode entry) {
    double offered = entry.path("offered").asDouble();
    double capacity =
        capacities.getOrDefault(entry.path("model").asText() + name(entry), 0.0);
    if (offered <= 0 || offered >= capacity) {
      return 0;
    }
    int lanes = entry.path("lanes").asInt();
    long[] nanos =
        Arrivals.ideal(Arrivals.poisson(offered, 600, 1), lanes, (long) (lanes / capacity * NANOS));
    Arrays.sort(nanos);
    return nanos[(int) (nanos.length * 0.99)] / 1e6;
  }

  private void pictures() {
    Map<String, Map<String, TreeMap<Double, Double>>> models = new LinkedHashMap<>();
    for (JsonNode entry : entries) {
      if (entry.has("samples")) {
        Axes memory = new Axes("seconds", "MiB", false);
        Axes threads = new Axes("seconds", "native threads", false);
        draw("memory", "Soak", memory, samples(entry, "rssMiB", "heapMiB"));
        draw("threads", "Soak", threads, samples(entry, "threads"));
      } else if (entry.path("offered").asDouble() > 0) {
        models
            .computeIfAbsent(entry.path("model").asText(), it -> new LinkedHashMap<>())
            .computeIfAbsent(name(entry), it -> new TreeMap<>())
            .put(entry.path("load").asDouble(), entry.at("/millis/99").asDouble());
      }
    }
    models.forEach(
        (model, lines) -> {
          List<Series> series = new ArrayList<>();
          lines.forEach(
              (name, line) ->
                  series.add(
                      new Series(name, List.copyOf(line.keySet()), List.copyOf(line.values()))));
          Axes axes = new Axes("load, % of what wwts sustains", "ms", true);
          draw(model, "p99 of " + model, axes, series);
        });
  }

  private void draw(String name, String title, Axes axes, List<Series> series) {
    Path svg = Path.of(stem + "-" + name + ".svg");
    LineChart.write(svg, title, axes, series);
    out.paragraph("![%s](%s)".formatted(svg.getFileName(), svg.getFileName()));
  }

  private static List<Series> samples(JsonNode entry, String... names) {
    JsonNode samples = entry.get("samples");
    return Arrays.stream(names)
        .map(
            name ->
                new Series(
                    name.replace("MiB", ""), values(samples, "seconds"), values(samples, name)))
        .toList();
  }

  /** Some hundred of them, which is what an eye sees and a file can bear. */
  private static List<Double> values(JsonNode samples, String name) {
    List<Double> all = samples.path(name).valueStream().map(JsonNode::asDouble).toList();
    int step = 1 + all.size() / MOST_POINTS;
    return IntStream.range(0, all.size() / step).mapToObj(i -> all.get(i * step)).toList();
  }
}
