package dev.wwts.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A stored run.
 *
 * @param entries what was measured, from S.json
 * @param failures the steps that failed
 * @param environment the facts of the run, from S.environment.json; empty where there is none
 */
record Run(List<JmhResults.Entry> entries, List<Failure> failures, JsonNode environment) {
  /**
   * A step that failed.
   *
   * @param name class and method, without the package
   * @param params without {@code round}
   * @param error what went wrong, in words
   */
  record Failure(String name, Map<String, String> params, String error) {
    private static final Pattern MEMORY =
        Pattern.compile(
            "out ?of ?(device ?)?memory|memory[^.]* too small|allocate memory|memory ?allocation"
                + "|bad_alloc|ALLOC_FAILED|\\bOOM\\b",
            Pattern.CASE_INSENSITIVE);

    String param(String param) {
      return params.getOrDefault(param, "");
    }

    boolean isOfMemory() {
      return MEMORY.matcher(error).find();
    }

    /** What stands where a time would. */
    String word() {
      return isOfMemory() ? "OOM" : "失败";
    }
  }

  /**
   * Reads S.json and S.environment.json beside it.
   *
   * @throws IllegalArgumentException if S.json holds no JMH results and no step is told to have
   *     failed
   */
  static Run read(Path json) {
    JsonNode environment = environment(json);
    List<Failure> failures = new ArrayList<>();
    for (JsonNode each : environment.path("failed")) {
      failures.add(
          new Failure(
              JmhResults.name(each), JmhResults.params(each), each.path("error").asText("?")));
    }
    List<JmhResults.Entry> entries =
        failures.isEmpty() ? JmhResults.read(json) : JmhResults.readAny(json);
    return new Run(entries, failures, environment);
  }

  /** S.environment.json beside S.json; an empty object where there is none. */
  static JsonNode environment(Path json) {
    Path file = Path.of(stem(json) + ".environment.json");
    if (!Files.exists(file)) {
      return JsonNodeFactory.instance.objectNode();
    }
    try {
      return new ObjectMapper().readTree(file.toFile());
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " can't be read as JSON.", e);
    }
  }

  static String stem(Path json) {
    return json.toString().replaceAll("\\.json$", "");
  }

  List<JmhResults.Entry> named(String prefix) {
    return entries.stream().filter(entry -> entry.name().startsWith(prefix)).toList();
  }

  List<Failure> failed(String prefix) {
    return failures.stream().filter(failure -> failure.name().startsWith(prefix)).toList();
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
