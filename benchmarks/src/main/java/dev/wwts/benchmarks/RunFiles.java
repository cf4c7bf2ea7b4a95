package dev.wwts.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.wwts.report.Environment;
import dev.wwts.report.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A run's two files of JSON. They are written after every step, so that a run that is cut off leaves
 * what it had.
 */
public final class RunFiles {
  /**
   * A step that gave no figure.
   *
   * @param error why, in one line
   */
  record Failure(String benchmark, Map<String, String> params, String error) {}

  private final Path stem;
  private final Map<String, Object> facts;
  private final Set<String> warnings;
  private final List<Failure> failed = new ArrayList<>();
  private final ArrayNode results = new ObjectMapper().createArrayNode();
  private final long start = System.nanoTime();

  /**
   * Names the files after device and date; a second run of a day does not overwrite the first.
   *
   * @param kind behind the date
   */
  public RunFiles(Path folder, String device, String kind, Environment around)
      throws IOException {
    Files.createDirectories(folder);
    String name = name(around.facts(), device) + "-" + LocalDate.now(ZoneOffset.UTC) + kind;
    this.stem = unused(folder.resolve(name));
    this.facts = new LinkedHashMap<>(around.facts());
    this.warnings = new LinkedHashSet<>(around.warnings());
  }

  private static Path unused(Path stem) {
    Path free = stem;
    for (int i = 2; Files.exists(Path.of(free + ".environment.json")); i++) {
      free = Path.of(stem + "-" + i);
    }
    return free;
  }

  /**
   * The card's that {@code device} (cuda, cuda:N) means, or the processor's, with its family and
   * model where the name tells none.
   */
  static String name(Map<String, Object> facts, String device) {
    boolean cpu = device.equals("cpu");
    Object name = facts.get("cpu");
    if (!cpu && facts.get("gpu") instanceof Map<?, ?> gpu && !gpu.isEmpty()) {
      Object card = gpu.get("card " + device.replaceFirst("^cuda:?", "").replaceFirst("^$", "0"));
      name = card == null ? gpu.values().iterator().next() : card;
    }
    // behind a card's name stand its capability, size and memory
    String words = String.valueOf(name).replaceFirst(",.*", "").toLowerCase(Locale.ROOT);
    String plain = words.replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    Optional<String> family = Machine.cpu("cpu family");
    Optional<String> model = Machine.cpu("model");
    return !cpu || plain.matches(".*[0-9].*") || family.isEmpty() || model.isEmpty()
        ? plain
        : plain + "-family" + family.get() + "-model" + model.get();
  }

  public void add(JsonNode entry) {
    results.add(entry);
  }

  void add(Failure failure) {
    failed.add(failure);
  }

  public void warn(String sentence) {
    warnings.add(sentence);
  }

  public void fact(String name, Object value) {
    facts.put(name, value);
  }

  ArrayNode results() {
    return results;
  }

  List<Failure> failed() {
    return List.copyOf(failed);
  }

  public double seconds() {
    return (System.nanoTime() - start) / 1e9;
  }

  /** Writes both. */
  public void write() {
    fact("seconds", Math.round(seconds()));
    fact("warnings", warnings);
    fact("failed", failed);
    Environment.writeJson(json(), results);
    Environment.writeJson(Path.of(stem + ".environment.json"), facts);
  }

  /** What was measured. */
  public Path json() {
    return Path.of(stem + ".json");
  }
}
