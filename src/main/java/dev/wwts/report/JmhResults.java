package dev.wwts.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
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
   * @param groups the values of each iteration
   * @param secondary what profilers added, by name
   */
  public record Entry(
      String name,
      String mode,
      int callers,
      Map<String, String> params,
      String unit,
      List<List<Double>> groups,
      Map<String, Double> secondary) {
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
      return groups.stream().flatMap(List::stream).sorted().toList();
    }

    /** The value that {@code percent} of all are at or below. */
    public double percentile(double percent) {
      List<Double> sorted = sorted();
      int rank = (int) Math.ceil(percent / 100 * sorted.size());
      return sorted.get(Math.min(sorted.size(), Math.max(1, rank)) - 1);
    }

    double mean() {
      return sorted().stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }
  }

  /**
   * Reads a file; repetitions of a benchmark with the same parameters become one entry.
   *
   * @throws IllegalArgumentException if it holds no JMH results
   */
  public static List<Entry> read(Path file) {
    JsonNode root;
    try {
      root = new ObjectMapper().readTree(file.toFile());
    } catch (IOException e) {
      throw new IllegalArgumentException(
          file + " can't be read as JSON: give the .json file that mvn jmh wrote.", e);
    }
    if (!root.isArray() || root.isEmpty()) {
      throw new IllegalArgumentException(
          file + " holds no JMH results: give the .json file that mvn jmh wrote.");
    }
    Map<String, Entry> entries = new java.util.LinkedHashMap<>();
    for (JsonNode node : root) {
      if (!node.path("benchmark").isTextual() || !node.path("primaryMetric").isObject()) {
        throw new IllegalArgumentException(
            file + " holds something else than JMH results: give the file that mvn jmh wrote.");
      }
      Entry entry = entry(node);
      entries.merge(entry.key(), entry, JmhResults::joined);
    }
    return List.copyOf(entries.values());
  }

  private static Entry joined(Entry a, Entry b) {
    List<List<Double>> groups = new ArrayList<>(a.groups());
    groups.addAll(b.groups());
    return new Entry(a.name(), a.mode(), a.callers(), a.params(), a.unit(), groups, a.secondary());
  }

  private static Entry entry(JsonNode node) {
    String full = node.get("benchmark").asText();
    String[] parts = full.split("\\.", -1);
    String name = parts.length < 2 ? full : parts[parts.length - 2] + "." + parts[parts.length - 1];
    Map<String, String> params = new TreeMap<>();
    node.path("params").properties().forEach(p -> params.put(p.getKey(), p.getValue().asText()));
    params.remove("round");
    Map<String, Double> secondary = new TreeMap<>();
    node.path("secondaryMetrics")
        .properties()
        .forEach(m -> secondary.put(m.getKey(), m.getValue().path("score").asDouble()));
    JsonNode metric = node.get("primaryMetric");
    return new Entry(
        name,
        node.path("mode").asText(),
        node.path("threads").asInt(1),
        params,
        metric.path("scoreUnit").asText(),
        groups(metric),
        secondary);
  }

  private static List<List<Double>> groups(JsonNode metric) {
    List<List<Double>> groups = new ArrayList<>();
    for (JsonNode fork : metric.path("rawDataHistogram")) {
      for (JsonNode iteration : fork) {
        List<Double> values = new ArrayList<>();
        for (JsonNode pair : iteration) {
          values.addAll(Collections.nCopies(pair.get(1).asInt(), pair.get(0).asDouble()));
        }
        groups.add(values);
      }
    }
    if (groups.isEmpty()) {
      for (JsonNode fork : metric.path("rawData")) {
        fork.forEach(value -> groups.add(List.of(value.asDouble())));
      }
    }
    return groups.isEmpty() ? List.of(List.of(metric.path("score").asDouble())) : groups;
  }
}
