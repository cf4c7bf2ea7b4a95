package dev.wwts.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.wwts.report.Machine;
import dev.wwts.report.Environment;
import dev.wwts.report.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A run's two files of JSON. They are written after every step, so that a run that is cut off leaves
 * what it had.
 */
public final class RunFiles {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final Path stem;
  private final Map<String, Object> facts;
  private final Set<String> warnings = new LinkedHashSet<>();
  private final List<Failure> failed = new ArrayList<>();
  private final ArrayNode results = JSON.createArrayNode();
  private final long start = System.nanoTime();

  /** Names the files after device and date; a second run of a day does not overwrite the first. */
  RunFiles(Path folder, String device, Map<String, Object> facts, List<String> warnings)
      throws IOException {
    this(folder, device, "", facts, warnings);
  }

  /** The same with {@code kind} behind the date. */
  public RunFiles(
      Path folder, String device, String kind, Map<String, Object> facts, List<String> warnings)
      throws IOException {
    Files.createDirectories(folder);
    String name = name(facts, device) + "-" + LocalDate.now(ZoneOffset.UTC) + kind;
    this.stem = unused(folder.resolve(name));
    this.facts = new LinkedHashMap<>(facts);
    this.warnings.addAll(warnings);
  }

  private static Path unused(Path stem) {
    Path free = stem;
    for (int i = 2; Files.exists(Path.of(free + ".environment.json")); i++) {
      free = Path.of(stem + "-" + i);
    }
    return free;
  }

  /** The card's or processor's name; with its family and model where the name tells none. */
  static String name(Map<String, Object> facts, String device) {
    String name = Report.device(facts, device);
    if (!device.equals("cpu") || name.matches(".*[0-9].*")) {
      return name;
    }
    Optional<String> family = Machine.cpu("cpu family");
    Optional<String> model = Machine.cpu("model");
    return family.isEmpty() || model.isEmpty()
        ? name
        : name + "-family" + family.get() + "-model" + model.get();
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
  public void write() throws IOException {
    Map<String, Object> all = new LinkedHashMap<>(facts);
    all.put("seconds", Math.round(seconds()));
    all.put("warnings", warnings);
    all.put("failed", failed);
    Files.writeString(json(), JSON.writeValueAsString(results) + "\n");
    Environment.writeJson(Path.of(stem + ".environment.json"), all);
  }

  /** What was measured. */
  public Path json() {
    return Path.of(stem + ".json");
  }
}
