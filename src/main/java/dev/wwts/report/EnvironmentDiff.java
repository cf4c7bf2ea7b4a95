package dev.wwts.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What two runs' environments differ in: a ratio of two machines says nothing of two programs. */
public final class EnvironmentDiff {
  /** What may move a figure; dates and loads differ always, the command says what was measured. */
  private static final List<String> FACTS =
      List.of(
          "cpu",
          "cores",
          "memoryBytes",
          "os",
          "gpu",
          "jdk",
          "jvm",
          "jvmOptions",
          "libTorch",
          "variables",
          "revision");

  /** A busy machine warns at each of a hundred steps. */
  private static final int MOST_WARNINGS = 5;

  private EnvironmentDiff() {}

  /**
   * Reads S.environment.json beside each S.json.
   *
   * @return sentences: missing facts, each fact that differs, and each run's warnings
   */
  public static List<String> of(Path a, Path b) {
    JsonNode before = Run.environment(a);
    JsonNode after = Run.environment(b);
    List<String> sentences = new ArrayList<>();
    if (before.isEmpty() || after.isEmpty()) {
      Path without = before.isEmpty() ? a : b;
      sentences.add(
          "%s has no facts of its run beside it (%s): whether the runs are comparable is unknown."
              .formatted(without, Path.of(Run.stem(without) + ".environment.json").getFileName()));
    } else {
      compare(facts(before), facts(after), sentences);
      Map<String, String> ours = models(before);
      Map<String, String> theirs = models(after);
      ours.keySet().retainAll(theirs.keySet());
      theirs.keySet().retainAll(ours.keySet());
      compare(ours, theirs, sentences);
    }
    warnings("a", before, sentences);
    warnings("b", after, sentences);
    return sentences;
  }

  private static void compare(
      Map<String, String> before, Map<String, String> after, List<String> sentences) {
    Set<String> names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    for (String name : names) {
      String a = before.getOrDefault(name, "none");
      String b = after.getOrDefault(name, "none");
      if (!a.equals(b)) {
        sentences.add("The runs differ in %s: %s, then %s.".formatted(name, a, b));
      }
    }
  }

  private static Map<String, String> facts(JsonNode environment) {
    Map<String, String> facts = new TreeMap<>();
    for (String name : FACTS) {
      JsonNode fact = environment.path(name);
      if (fact.isObject()) {
        fact.properties()
            .forEach(it -> facts.put(name + " " + it.getKey(), it.getValue().asText()));
      } else if (!fact.isMissingNode()) {
        facts.put(name, fact.isArray() ? fact.toString() : fact.asText());
      }
    }
    return facts;
  }

  /** By file name: folders differ from machine to machine. Models of one run only are no matter. */
  private static Map<String, String> models(JsonNode environment) {
    Map<String, String> models = new TreeMap<>();
    environment
        .path("models")
        .properties()
        .forEach(
            it ->
                models.put(
                    "the SHA-256 of " + Path.of(it.getKey()).getFileName(),
                    it.getValue().asText()));
    return models;
  }

  private static void warnings(String run, JsonNode environment, List<String> sentences) {
    JsonNode warnings = environment.path("warnings");
    for (int i = 0; i < Math.min(MOST_WARNINGS, warnings.size()); i++) {
      sentences.add("Run %s was warned: %s".formatted(run, warnings.get(i).asText()));
    }
    if (warnings.size() > MOST_WARNINGS) {
      sentences.add(
          "Run %s was warned %d more times.".formatted(run, warnings.size() - MOST_WARNINGS));
    }
  }
}
