package dev.wwts.benchmarks.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.commons.math3.stat.StatUtils;

/**
 * A benchmark with its parameters: what was measured, or why it failed.
 *
 * @param name class and method, without the package
 * @param callers threads that called at once
 * @param params without {@code round}, which only counts repetitions
 * @param unit such as ms/op or ops/s
 * @param processes the values of each process: a fork of JMH's, or a round of its own; none of a step that failed
 * @param secondary what profilers added, by name
 * @param error of a step that failed what went wrong, in words; else empty
 */
record Entry(
    String name,
    String mode,
    int callers,
    Map<String, String> params,
    String unit,
    List<List<Double>> processes,
    Map<String, Double> secondary,
    String error) {
  private static final double ROUNDING = 1e-9;

  private static final Pattern OF_MEMORY =
      Pattern.compile(
          "out ?of ?(device ?)?memory|memory[^.]* too small|allocate memory|memory ?allocation"
              + "|bad_alloc|ALLOC_FAILED|\\bOOM\\b",
          Pattern.CASE_INSENSITIVE);

  /** From JMH's JSON, or from what a run tells of a step that failed. */
  static Entry of(JsonNode node) {
    JsonNode metric = node.path("primaryMetric");
    Map<String, String> params = new TreeMap<>();
    node.path("params").properties().forEach(it -> params.put(it.getKey(), it.getValue().asText()));
    params.remove("round");
    Map<String, Double> secondary = new TreeMap<>();
    node.path("secondaryMetrics")
        .properties()
        .forEach(it -> secondary.put(it.getKey(), it.getValue().path("score").asDouble()));
    return new Entry(
        node.path("benchmark").asText().replaceFirst(".*\\.(?=[^.]*\\.[^.]*$)", ""),
        node.path("mode").asText(),
        node.path("threads").asInt(1),
        params,
        metric.path("scoreUnit").asText(),
        metric.isMissingNode() ? List.of() : processes(metric),
        secondary,
        metric.isMissingNode() ? node.path("error").asText("?") : "");
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
      processes.add(values);
    }
    metric
        .path("rawData")
        .forEach(fork -> processes.add(fork.valueStream().map(JsonNode::asDouble).toList()));
    processes.removeIf(List::isEmpty);
    return processes.isEmpty() ? List.of(List.of(metric.path("score").asDouble())) : processes;
  }

  /** One of repetitions: their processes, of memory the most, of other figures the mean. */
  static Entry joined(List<Entry> repetitions) {
    Entry first = repetitions.get(0);
    Map<String, List<Double>> figures = new TreeMap<>();
    for (Entry each : repetitions) {
      each.secondary.forEach(
          (name, value) -> figures.computeIfAbsent(name, it -> new ArrayList<>()).add(value));
    }
    Map<String, Double> secondary = new TreeMap<>();
    figures.forEach(
        (name, values) ->
            secondary.put(
                name,
                name.startsWith("memory.")
                    ? Collections.max(values)
                    : values.stream().collect(Collectors.averagingDouble(it -> it))));
    return new Entry(
        first.name,
        first.mode,
        first.callers,
        first.params,
        first.unit,
        repetitions.stream().flatMap(each -> each.processes.stream()).toList(),
        secondary,
        first.error);
  }

  /** What two runs have in common where they measured the same. */
  String key() {
    return params.entrySet().stream()
        .map(each -> each.getKey() + "=" + each.getValue())
        .collect(Collectors.joining(" ", name + " ", " " + mode))
        + (callers == 1 ? "" : " callers=" + callers);
  }

  String param(String param) {
    return params.getOrDefault(param, "");
  }

  /** Pictures of a call. */
  double batch() {
    return Double.parseDouble(params.getOrDefault("batch", "1"));
  }

  boolean isFailed() {
    return !error.isEmpty();
  }

  boolean isOutOfMemory() {
    return OF_MEMORY.matcher(error).find();
  }

  /** Single calls that were measured. */
  int calls() {
    return processes.stream().mapToInt(List::size).sum();
  }

  /** The value that {@code percent} of all are at or below; NaN where there is none. */
  double percentile(double percent) {
    List<Double> sorted = processes.stream().flatMap(List::stream).sorted().toList();
    // 99.9 % of 1000 are 999, also where the product comes out above it
    int rank = (int) Math.ceil(percent / 100 * sorted.size() - ROUNDING);
    return sorted.isEmpty()
        ? Double.NaN
        : sorted.get(Math.min(sorted.size(), Math.max(1, rank)) - 1);
  }

  /** The median of each process. */
  double[] medians() {
    return processes.stream().mapToDouble(each -> StatUtils.percentile(array(each), 50)).toArray();
  }

  /** Of all values; NaN where there is none. */
  double mean() {
    return StatUtils.mean(processes.stream().flatMap(List::stream).mapToDouble(it -> it).toArray());
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(it -> it).toArray();
  }
}
