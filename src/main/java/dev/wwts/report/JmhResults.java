package dev.wwts.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The results of a run, read from JMH's JSON. */
public final class JmhResults {
  private JmhResults() {}

  /**
   * A benchmark with its parameters.
   *
   * @param name class and method, without the package
   * @param callers threads that called at once
   * @param params without {@code round}, which only counts repetitions
   * @param unit such as ms/op or ops/s
   * @param processes the values of each process: a fork of JMH's, or a round of its own
   * @param secondary what profilers added, by name
   */
  public record Entry(
      String name,
      String mode,
      int callers,
      Map<String, String> params,
      String unit,
      List<List<Double>> processes,
      Map<String, Double> secondary) {
    private static final double ROUNDING = 1e-9;

    /** What two runs have in common where they measured the same. */
    public String key() {
      return name
          + params.entrySet().stream()
              .map(each -> each.getKey() + "=" + each.getValue())
              .collect(Collectors.joining(" ", " ", " "))
          + mode
          + (callers == 1 ? "" : " callers=" + callers);
    }

    String param(String param) {
      return params.getOrDefault(param, "");
    }

    /** All values, ascending. */
    List<Double> sorted() {
      return processes.stream().flatMap(List::stream).sorted().toList();
    }

    /** The value that {@code percent} of all are at or below. */
    public double percentile(double percent) {
      List<Double> sorted = sorted();
      // 99.9 % of 1000 are 999, also where the product comes out above it
      int rank = (int) Math.ceil(percent / 100 * sorted.size() - ROUNDING);
      return sorted.get(Math.min(sorted.size(), Math.max(1, rank)) - 1);
    }

    /** The median of each process. */
    public List<Double> medians() {
      return processes.stream().map(Entry::median).toList();
    }

    private static double median(List<Double> values) {
      List<Double> sorted = values.stream().sorted().toList();
      int middle = sorted.size() / 2;
      return sorted.size() % 2 == 1
          ? sorted.get(middle)
          : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    double mean() {
      return sorted().stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }
  }

  /**
   * Reads a file; repetitions of a benchmark with the same parameters become one entry of several
   * processes.
   *
   * @throws IllegalArgumentException if it holds no JMH results
   */
  public static List<Entry> read(Path file) {
    List<Entry> entries = readAny(file);
    if (entries.isEmpty()) {
      throw new IllegalArgumentException(
          file + " holds no JMH results: give the .json file that mvn jmh wrote.");
    }
    return entries;
  }

  /** The same, of a run of which nothing may have succeeded. */
  static List<Entry> readAny(Path file) {
    JsonNode root;
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new IllegalArgumentException(
          file + " is no regular file: give the .json file that mvn jmh wrote.");
    }
    try {
      root = new ObjectMapper().readTree(file.toFile());
    } catch (IOException e) {
      throw new IllegalArgumentException(
          file + " can't be read as JSON: give the .json file that mvn jmh wrote.", e);
    }
    if (!root.isArray()) {
      throw new IllegalArgumentException(
          file + " holds no JMH results: give the .json file that mvn jmh wrote.");
    }
    Map<String, List<Entry>> repetitions = new LinkedHashMap<>();
    for (JsonNode node : root) {
      if (!node.path("benchmark").isTextual() || !node.path("primaryMetric").isObject()) {
        throw new IllegalArgumentException(
            file + " holds something else than JMH results: give the file that mvn jmh wrote.");
      }
      Entry entry = entry(node);
      repetitions.computeIfAbsent(entry.key(), key -> new ArrayList<>()).add(entry);
    }
    return repetitions.values().stream().map(JmhResults::joined).toList();
  }

  private static Entry joined(List<Entry> repetitions) {
    Entry first = repetitions.get(0);
    Map<String, List<Double>> figures = new TreeMap<>();
    for (Entry each : repetitions) {
      each.secondary()
          .forEach(
              (name, value) -> figures.computeIfAbsent(name, n -> new ArrayList<>()).add(value));
    }
    Map<String, Double> secondary = new TreeMap<>();
    figures.forEach((name, values) -> secondary.put(name, joined(name, values)));
    return new Entry(
        first.name(),
        first.mode(),
        first.callers(),
        first.params(),
        first.unit(),
        repetitions.stream().flatMap(each -> each.processes().stream()).toList(),
        secondary);
  }

  /** Of memory the most counts, of other figures the mean. */
  private static double joined(String figure, List<Double> values) {
    return figure.startsWith("memory.")
        ? Collections.max(values)
        : values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
  }

  private static Entry entry(JsonNode node) {
    Map<String, Double> secondary = new TreeMap<>();
    node.path("secondaryMetrics")
        .properties()
        .forEach(m -> secondary.put(m.getKey(), m.getValue().path("score").asDouble()));
    JsonNode metric = node.get("primaryMetric");
    return new Entry(
        name(node),
        node.path("mode").asText(),
        node.path("threads").asInt(1),
        params(node),
        metric.path("scoreUnit").asText(),
        processes(metric),
        secondary);
  }

  /** Class and method. */
  static String name(JsonNode node) {
    String full = node.path("benchmark").asText();
    String[] parts = full.split("\\.", -1);
    return parts.length < 2 ? full : parts[parts.length - 2] + "." + parts[parts.length - 1];
  }

  /** Without {@code round}. */
  static Map<String, String> params(JsonNode node) {
    Map<String, String> params = new TreeMap<>();
    node.path("params").properties().forEach(p -> params.put(p.getKey(), p.getValue().asText()));
    params.remove("round");
    return params;
  }

  private static List<List<Double>> processes(JsonNode metric) {
    List<List<Double>> processes = new ArrayList<>();
    for (JsonNode fork : metric.path("rawDataHistogram")) {
      List<Double> values = new ArrayList<>();
      for (JsonNode iteration : fork) {
        for (JsonNode pair : iteration) {
          values.addAll(Collections.nCopies(pair.get(1).asInt(), pair.get(0).asDouble()));
        }
      }
      addUnlessEmpty(processes, values);
    }
    if (processes.isEmpty()) {
      for (JsonNode fork : metric.path("rawData")) {
        List<Double> values = new ArrayList<>();
        fork.forEach(value -> values.add(value.asDouble()));
        addUnlessEmpty(processes, values);
      }
    }
    return processes.isEmpty() ? List.of(List.of(metric.path("score").asDouble())) : processes;
  }

  private static void addUnlessEmpty(List<List<Double>> processes, List<Double> values) {
    if (!values.isEmpty()) {
      processes.add(values);
    }
  }
}
