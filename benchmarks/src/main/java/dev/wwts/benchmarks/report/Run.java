package dev.wwts.benchmarks.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A stored run.
 *
 * @param entries what was measured, from S.json; repetitions with the same parameters are processes of one entry
 * @param failures the steps that failed
 * @param environment the facts of the run, from S.environment.json; empty where there is none
 */
record Run(List<Entry> entries, List<Entry> failures, JsonNode environment) {
  /**
   * Reads S.json and S.environment.json beside it.
   *
   * @throws IllegalArgumentException if S.json holds no JMH results and no step is told to have failed
   */
  static Run read(Path json) {
    JsonNode environment = environment(json);
    List<Entry> failures = environment.path("failed").valueStream().map(Entry::of).toList();
    JsonNode root = tree(json);
    boolean isJmhs =
        root.isArray()
            && root.valueStream()
                .allMatch(
                    node -> node.path("benchmark").isTextual() && node.has("primaryMetric"));
    if (!isJmhs || (root.isEmpty() && failures.isEmpty())) {
      throw new IllegalArgumentException(
          json + " holds no JMH results: give the .json file that mvn jmh wrote.");
    }
    Map<String, List<Entry>> repetitions = new LinkedHashMap<>();
    for (JsonNode node : root) {
      Entry entry = Entry.of(node);
      repetitions.computeIfAbsent(entry.key(), key -> new ArrayList<>()).add(entry);
    }
    List<Entry> entries = repetitions.values().stream().map(Entry::joined).toList();
    return new Run(entries, failures, environment);
  }

  private static JsonNode tree(Path file) {
    try {
      return new ObjectMapper().readTree(file.toFile());
    } catch (IOException e) {
      throw new IllegalArgumentException(
          file + " can't be read as JSON: give the .json file that mvn jmh wrote.", e);
    }
  }

  /** S.environment.json beside S.json; an empty object where there is none. */
  private static JsonNode environment(Path json) {
    Path file = Path.of(stem(json) + ".environment.json");
    return Files.exists(file) ? tree(file) : JsonNodeFactory.instance.objectNode();
  }

  /** What the names of all files of a run begin with. */
  static String stem(Path json) {
    return json.toString().replaceAll("\\.json$", "");
  }

  List<Entry> named(String prefix) {
    return entries.stream().filter(entry -> entry.name().startsWith(prefix)).toList();
  }

  /** The same, and behind them those that failed. */
  List<Entry> all(String prefix) {
    return Stream.concat(entries.stream(), failures.stream())
        .filter(entry -> entry.name().startsWith(prefix))
        .toList();
  }

  /** The device that the recognizer ran on, as it was asked for: cpu, cuda or cuda:N. */
  String device() {
    return entries.stream()
        .map(entry -> entry.param("device"))
        .filter(device -> !device.isEmpty())
        .findFirst()
        .orElse("cpu");
  }

  /** The name of the processor, or of the card that cuda or cuda:N means. */
  String nameOf(String device) {
    JsonNode gpu = environment.path("gpu");
    return device.equals("cpu") || device.isEmpty() || gpu.isEmpty()
        ? environment.path("cpu").asText("CPU")
        : gpu.path(card(device)).asText(gpu.elements().next().asText());
  }

  /** The fact of the environment that names a card: cuda is the first. */
  static String card(String device) {
    int colon = device.indexOf(':');
    return "card " + (colon < 0 ? "0" : device.substring(colon + 1));
  }
}
