package dev.wwts.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.benchmarks.models.BenchmarkModels;
import dev.wwts.report.Report;
import java.io.IOException;
import java.io.StringReader;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import org.openjdk.jmh.runner.RunnerException;

/** The suite that {@code mvn jmh} runs: its steps one after the other, then the report. */
public final class Suite {
  private final Options options;
  private final Optional<Python> python;
  private final RunFiles files;
  private final Path notes;

  private Suite(Options options, Optional<Python> python, RunFiles files) throws IOException {
    this.options = options;
    this.python = python;
    this.files = files;
    this.notes = Files.createTempFile("wwts-notes", ".txt");
  }

  /** Options come as lines of name=value in WWTS_SUITE_OPTIONS, or as arguments of that form. */
  public static void main(String[] arguments) throws IOException {
    System.setProperty("org.bytedeco.javacpp.logger", "slf4j");
    System.setProperty("org.slf4j.simpleLogger.log.org.bytedeco", "error");
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    // ONNX Runtime 1.29 crashes where the command line is long
    System.setProperty("jmh.separateClasspathJAR", "true");
    Properties given = given(arguments);
    boolean whole;
    try (FileChannel lock = lock()) {
      whole = lock.isOpen() && open(given).run();
    } catch (IllegalArgumentException | IllegalStateException e) {
      System.err.println(e.getMessage());
      whole = false;
    }
    if (!whole) {
      System.exit(1);
    }
  }

  /** The options. */
  public static Properties given(String[] arguments) throws IOException {
    Properties given = new Properties();
    given.load(
        new StringReader(
            Optional.ofNullable(System.getenv("WWTS_SUITE_OPTIONS")).orElse("")
                + "\n"
                + String.join("\n", arguments)));
    return given;
  }

  /**
   * Takes JMH's own lock until it is closed or this process ends: two runs at once would spoil each other's figures.
   *
   * @throws IllegalStateException if it is taken
   */
  public static FileChannel lock() throws IOException {
    Path file = Path.of(System.getProperty("java.io.tmpdir"), "jmh.lock");
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (channel.tryLock() == null) {
      channel.close();
      throw new IllegalStateException(
          "Another JMH run is under way (" + file + "): wait until it has ended.");
    }
    System.setProperty("jmh.ignoreLock", "true");
    return channel;
  }

  private static Suite open(Properties given) throws IOException {
    // before anything that takes time
    List<String> models = Options.of(given, false).models();
    for (String model : models) {
      System.out.println("model " + model + ": " + BenchmarkModels.of(model));
    }
    Surroundings surroundings = Surroundings.of(models);
    Options options = Options.of(given, surroundings.hasCard());
    Optional<Python> python = Python.find();
    RunFiles files =
        new RunFiles(
            Path.of(options.out()), options.device(), surroundings.facts(), surroundings.warnings());
    python.ifPresent(it -> files.fact("python", it.versions()));
    files.fact("command", command("mvn jmh", given));
    return new Suite(options, python, files);
  }

  /** What to type to have such a run again. */
  public static String command(String word, Properties given) {
    StringBuilder command = new StringBuilder(word);
    given.stringPropertyNames().stream()
        .sorted()
        .forEach(name -> command.append(" -D").append(name).append('=').append(given.getProperty(name)));
    return command.toString();
  }

  /** Whether all steps gave a figure, or did not for want of a device's memory. */
  private boolean run() throws IOException {
    List<Step> steps =
        Plan.of(options, python.isPresent());
    if (python.isEmpty()) {
      System.out.println("Python is left out: set WWTS_PYTHON to one with models/requirements.txt.");
    }
    if (steps.isEmpty()) {
      throw new IllegalArgumentException(
          "Nothing to measure: -Djmh.benchmarks matches none of these options' benchmarks.");
    }
    Progress progress = new Progress(steps, new Estimate(options.iterations()));
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
    return files.failed().stream().allMatch(Failure::isOutOfMemory);
  }

  private void measure(Step step) throws IOException {
    Optional<Load> before = Load.now();
    try {
      JsonNode entries = entries(step);
      entries.forEach(entry -> print(step, entry));
      tell(step, before, entries);
      entries.forEach(files::add);
    } catch (IOException | RunnerException | RuntimeException e) {
      // the other steps' figures are as good without this one
      Failure failure = Failure.of(step, e);
      System.out.println("    FAILED: " + failure.error());
      files.add(failure);
      tell(step, before, JsonNodeFactory.instance.arrayNode());
    }
    files.write();
  }

  private JsonNode entries(Step step) throws IOException, RunnerException {
    if (step.isTurns()) {
      return new Turns(python).run(step);
    }
    return step.isPython()
        ? JsonNodeFactory.instance.arrayNode().add(python.orElseThrow().run(step.params()))
        : new JmhStep(options.iterations(), notes).run(step);
  }

  /** What the measuring process noted, and what else the machine did meanwhile. */
  private void tell(Step step, Optional<Load> before, JsonNode entries) throws IOException {
    Notes.Read read = Notes.take(notes);
    read.warnings().forEach(warning -> files.warn(step + ": " + warning));
    Optional<Load> after = Load.now();
    if (before.isPresent() && after.isPresent()) {
      after.get().warnings(before.get()).forEach(warning -> files.warn(step + ": " + warning));
    }
    for (JsonNode entry : read.remarks().isEmpty() ? List.<JsonNode>of() : entries) {
      read.remarks().forEach(((ObjectNode) entry).withArray("/remarks")::add);
    }
  }

  private void print(Step step, JsonNode entry) {
    JsonNode metric = entry.get("primaryMetric");
    String split =
        entry.path("secondaryMetrics").path("batch.split").path("score").asDouble() > 0
            ? ", split: it does not fit in one forward"
            : "";
    System.out.printf(
        Locale.ROOT,
        "    %s%.3f %s%s%n",
        step.isTurns() ? entry.at("/params/peer").asText() + " " : "",
        metric.get("score").asDouble(),
        metric.get("scoreUnit").asText(),
        split);
  }

  /** Under each budget of VRAM, the largest of the measured batches that ran as one forward. */
  private Map<String, Integer> largest() {
    Map<String, Integer> largest = new TreeMap<>();
    for (JsonNode entry : files.results()) {
      JsonNode params = entry.path("params");
      JsonNode split = entry.path("secondaryMetrics").path("batch.split").path("score");
      if (params.path("budget").asLong(0) > 0 && split.isNumber() && split.asDouble() == 0) {
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
