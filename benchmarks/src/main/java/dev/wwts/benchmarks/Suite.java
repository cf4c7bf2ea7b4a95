package dev.wwts.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.OutOfDeviceMemoryException;
import dev.wwts.benchmarks.report.Compare;
import dev.wwts.benchmarks.report.Report;
import dev.wwts.report.Environment;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.openjdk.jmh.runner.RunnerException;

/** The suite that {@code mvn jmh} runs: its steps one after the other, then the report. */
public final class Suite {
  private static final String OUT_OF_MEMORY = "out of memory";
  private static final int LONGEST = 400;

  private final Options options;
  private final Optional<Python> python = Python.find();
  private final RunFiles files;
  private final Path notes = Files.createTempFile("wwts-notes", ".txt");

  private Suite(Options options, Environment around) throws IOException {
    this.options = options;
    this.files =
        new RunFiles(
            Path.of(options.text("wwts.out")), options.text("wwts.device"), "", around);
    python.ifPresent(it -> files.fact("python", it.versions()));
    files.fact("command", options.command("mvn jmh"));
  }

  /**
   * Options come as {@link Options#given}. {@code wwts.report=S.json} makes table and pictures of a
   * stored run again, {@code wwts.compare=a.json,b.json} holds two against each other.
   */
  public static void main(String[] arguments) throws IOException {
    System.setProperty("org.bytedeco.javacpp.logger", "slf4j");
    System.setProperty("org.slf4j.simpleLogger.log.org.bytedeco", "error");
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    // ONNX Runtime 1.29 crashes where the command line is long
    System.setProperty("jmh.separateClasspathJAR", "true");
    boolean whole = false;
    try {
      Properties given = Options.given(arguments);
      whole = isOfStoredRuns(given) || measure(given);
    } catch (IllegalArgumentException | IllegalStateException e) {
      System.err.println(e.getMessage());
    }
    if (!whole) {
      System.exit(1);
    }
  }

  private static boolean isOfStoredRuns(Properties given) {
    String report = given.getProperty("wwts.report");
    String compare = given.getProperty("wwts.compare");
    if (report == null && compare == null) {
      return false;
    }
    String[] runs = compare == null ? new String[0] : compare.split(",", -1);
    if (given.size() > 1 || (compare != null && runs.length != 2)) {
      throw new IllegalArgumentException(
          "Give -Dwwts.report=S.json or -Dwwts.compare=a.json,b.json, and nothing else.");
    }
    if (report != null) {
      Report.write(Path.of(report)).forEach(file -> System.out.println("wrote " + file));
    } else {
      Compare.print(Path.of(runs[0]), Path.of(runs[1]), System.out);
    }
    return true;
  }

  private static boolean measure(Properties given) throws IOException {
    try (FileChannel lock = Surroundings.lock()) {
      // before anything that takes time
      List<String> models = SuiteOptions.of(given, false).list("wwts.models");
      Environment around = Surroundings.of(models);
      boolean card = around.facts().get("gpu") instanceof Map<?, ?> gpu && !gpu.isEmpty();
      return lock.isOpen() && new Suite(SuiteOptions.of(given, card), around).run();
    }
  }

  /** Whether all steps gave a figure, or did not for want of a device's memory. */
  private boolean run() throws IOException {
    List<Step> steps = Plan.of(options, python.isPresent());
    if (python.isEmpty()) {
      System.out.println("Python is left out: set WWTS_PYTHON to one with models/requirements.txt.");
    }
    if (steps.isEmpty()) {
      throw new IllegalArgumentException(
          "Nothing to measure: -Djmh.benchmarks matches none of these options' benchmarks.");
    }
    Progress progress = new Progress(steps, options);
    for (Step step : steps) {
      System.out.println(progress.before(step));
      measure(step);
      progress.done(step);
    }
    files.fact("largestUnsplitBatch", largest());
    files.write();
    if (!files.results().isEmpty()) {
      Report.write(files.json()).forEach(file -> System.out.println("wrote " + file));
    }
    files.failed().forEach(each -> System.out.println("FAILED: " + each));
    System.out.printf(Locale.ROOT, "%.0f s in all.%n", files.seconds());
    // too little of a device's memory is an answer, not a fault of the run
    return files.failed().stream()
        .allMatch(each -> each.error().toLowerCase(Locale.ROOT).contains(OUT_OF_MEMORY));
  }

  private void measure(Step step) throws IOException {
    OtherLoad load = new OtherLoad();
    JsonNode entries = JsonNodeFactory.instance.arrayNode();
    Files.deleteIfExists(notes);
    try {
      entries =
          Rivals.are(step)
              ? new Rivals(python).run(step)
              : JmhStep.run(step, options, notes);
    } catch (IOException | RunnerException | RuntimeException e) {
      // the other steps' figures are as good without this one
      String error = words(e);
      System.out.println("    FAILED: " + error);
      files.add(new RunFiles.Failure(step.benchmark(), step.params(), error));
    }
    load.tell(warning -> files.warn(step + ": " + warning));
    Notes.read(notes, Notes.WARNING).forEach(warning -> files.warn(step + ": " + warning));
    List<String> remarks = Notes.read(notes, Notes.REMARK);
    for (JsonNode entry : entries) {
      print(step, entry);
      if (!remarks.isEmpty()) {
        remarks.forEach(((ObjectNode) entry).withArray("/remarks")::add);
      }
      files.add(entry);
    }
    files.write();
  }

  /** The messages of an exception, its causes and what JMH hangs on it: the innermost say most. */
  static String words(Throwable thrown) {
    List<String> words = new ArrayList<>();
    collect(thrown, words, Collections.newSetFromMap(new IdentityHashMap<>()));
    Collections.reverse(words);
    String error =
        String.join(" / ", new LinkedHashSet<>(words)).replaceAll("\\s+", " ");
    return error.length() > LONGEST ? error.substring(0, LONGEST) + "…" : error;
  }

  private static void collect(Throwable thrown, List<String> words, Set<Throwable> seen) {
    if (!seen.add(thrown)) {
      return;
    }
    String message =
        thrown.getMessage() == null ? thrown.getClass().getSimpleName() : thrown.getMessage();
    boolean ofMemory = thrown instanceof OutOfDeviceMemoryException;
    words.add(ofMemory ? OUT_OF_MEMORY + ": " + message : message);
    Stream.concat(Optional.ofNullable(thrown.getCause()).stream(), Stream.of(thrown.getSuppressed()))
        .forEach(each -> collect(each, words, seen));
  }

  private static JsonNode split(JsonNode entry) {
    return entry.at("/secondaryMetrics/batch.split/score");
  }

  private static void print(Step step, JsonNode entry) {
    System.out.printf(
        Locale.ROOT,
        "    %s%.3f %s%s%n",
        step.is(Rivals.TURNS) ? entry.at("/params/peer").asText() + " " : "",
        entry.at("/primaryMetric/score").asDouble(),
        entry.at("/primaryMetric/scoreUnit").asText(),
        split(entry).asDouble() > 0 ? ", split: it does not fit in one forward" : "");
  }

  /** Under each budget of VRAM, the largest of the measured batches that ran as one forward. */
  private Map<String, Integer> largest() {
    Map<String, Integer> largest = new TreeMap<>();
    for (JsonNode entry : files.results()) {
      JsonNode params = entry.path("params");
      if (params.path("budget").asLong(0) > 0
          && split(entry).isNumber()
          && split(entry).asDouble() == 0) {
        String what =
            "%s %s under %s bytes"
                .formatted(
                    params.path("model").asText(),
                    params.path("precision").asText(),
                    params.path("budget").asText());
        largest.merge(what, params.path("batch").asInt(), Math::max);
      }
    }
    largest.forEach(
        (what, batch) ->
            System.out.printf(
                "%s for LibTorch, CUDA's own context on top: %d is the largest batch measured that fits in one forward.%n",
                what, batch));
    return largest;
  }
}
