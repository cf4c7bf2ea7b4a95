package dev.wwts.benchmarks.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wwts.internal.text.Printable;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Two runs side by side: what their environments differ in, as a ratio of two machines says nothing
 * of two programs, then the ratio of each benchmark that both measured.
 */
public final class Compare {
  /** What may move a figure; dates and loads differ always, the command says what was measured. */
  private static final List<String> FACTS =
      List.of(
          "cpu", "cores", "memoryBytes", "os", "gpu", "jdk", "jvm", "jvmOptions", "libTorch",
          "variables", "revision");

  /** A busy machine warns at each of a hundred steps. */
  private static final int MOST_WARNINGS = 5;

  private static final String ROW = "%-26s %-7s %-15s %s%n";

  private final PrintStream out;

  private Compare(PrintStream out) {
    this.out = out;
  }

  /**
   * Prints {@code after} beside {@code before}.
   *
   * @throws IllegalArgumentException if a file holds no JMH results
   */
  public static void print(Path before, Path after, PrintStream out) {
    Compare compare = new Compare(out);
    Run a = Run.read(before);
    Run b = Run.read(after);
    if (a.environment().isEmpty() || b.environment().isEmpty()) {
      Path without = a.environment().isEmpty() ? before : after;
      compare.warn(
          "%s has no facts of its run beside it (%s): whether the runs are comparable is unknown."
              .formatted(without, Path.of(Run.stem(without) + ".environment.json").getFileName()));
    } else {
      compare.facts(a.environment(), b.environment());
    }
    compare.warnings("a", a.environment().path("warnings"));
    compare.warnings("b", b.environment().path("warnings"));
    compare.entries(a, b);
  }

  private void warn(String sentence) {
    out.println("[WARN] " + Printable.line(sentence));
  }

  private void facts(JsonNode before, JsonNode after) {
    Map<String, String> a = facts(before);
    Map<String, String> b = facts(after);
    Map<String, String> models = models(before);
    models.keySet().retainAll(models(after).keySet());
    a.putAll(models);
    models(after).forEach((name, digest) -> models.computeIfPresent(name, (n, old) -> digest));
    b.putAll(models);
    Set<String> names = new TreeSet<>(a.keySet());
    names.addAll(b.keySet());
    for (String name : names) {
      String old = a.getOrDefault(name, "none");
      String now = b.getOrDefault(name, "none");
      if (!old.equals(now)) {
        warn("The runs differ in %s: %s, then %s.".formatted(name, old, now));
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
    for (Map.Entry<String, JsonNode> each : environment.path("models").properties()) {
      models.put(
          "the SHA-256 of " + Path.of(each.getKey()).getFileName(), each.getValue().asText());
    }
    return models;
  }

  private void warnings(String run, JsonNode warnings) {
    warnings
        .valueStream()
        .limit(MOST_WARNINGS)
        .forEach(it -> warn("Run %s was warned: %s".formatted(run, it.asText())));
    if (warnings.size() > MOST_WARNINGS) {
      warn("Run %s was warned %d more times.".formatted(run, warnings.size() - MOST_WARNINGS));
    }
  }

  private void entries(Run a, Run b) {
    Map<String, Entry> old = new LinkedHashMap<>();
    a.entries().forEach(entry -> old.put(entry.key(), entry));
    out.printf(ROW, "verdict", "b / a", "99 % interval", "benchmark");
    for (Entry entry : b.entries()) {
      Entry other = old.remove(entry.key());
      if (other == null) {
        row("only in b", "", "", entry.key());
        continue;
      }
      Comparison c = Comparison.of(other, entry);
      row(
          c.verdict(entry.unit().startsWith("ops")),
          String.format(Locale.ROOT, "%.3f", c.ratio()),
          c.enough() ? String.format(Locale.ROOT, "%.3f to %.3f", c.low(), c.high()) : "",
          entry.key());
    }
    old.keySet().forEach(key -> row("only in a", "", "", key));
  }

  private void row(String verdict, String ratio, String interval, String key) {
    out.printf(ROW, verdict, ratio, interval, Printable.line(key));
  }
}
