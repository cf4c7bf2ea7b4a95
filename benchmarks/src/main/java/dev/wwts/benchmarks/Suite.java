package dev.wwts.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.benchmarks.models.BenchmarkModels;
import dev.wwts.report.Environment;
import dev.wwts.report.Report;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The suite that {@code mvn jmh} runs: its steps one after the other, then the report. */
public final class Suite {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final double NANOS = 1e9;

  private final Options options;
  private final ArrayNode results = JSON.createArrayNode();

  private Suite(Options options) {
    this.options = options;
  }

  /** Options come as lines of name=value in WWTS_SUITE_OPTIONS, or as arguments of that form. */
  public static void main(String[] arguments) throws IOException {
    System.setProperty("org.bytedeco.javacpp.logger", "slf4j");
    System.setProperty("org.slf4j.simpleLogger.log.org.bytedeco", "error");
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    // ONNX Runtime 1.29 crashes where the command line is long
    System.setProperty("jmh.separateClasspathJAR", "true");
    Properties given = new Properties();
    given.load(
        new StringReader(
            Optional.ofNullable(System.getenv("WWTS_SUITE_OPTIONS")).orElse("")
                + "\n"
                + String.join("\n", arguments)));
    try {
      FileChannel lock = lock();
      new Suite(Options.of(given)).run(given);
      lock.close();
    } catch (IllegalArgumentException | IllegalStateException | RunnerException e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }

  /**
   * Takes JMH's own lock until it is closed or this process ends: two runs at once would spoil each other's figures.
   *
   * @throws IllegalStateException if it is taken
   */
  private static FileChannel lock() throws IOException {
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

  private void run(Properties given) throws IOException, RunnerException {
    for (String model : options.models()) {
      System.out.println("model " + model + ": " + BenchmarkModels.of(model));
    }
    Environment environment =
        Environment.of(options.models().stream().map(BenchmarkModels::of).toList());
    environment.warnings().forEach(warning -> System.out.println("WARNING: " + warning));
    Optional<String> python = Python.interpreter();
    List<Plan.Step> steps =
        Plan.of(options).stream()
            .filter(step -> python.isPresent() || !step.benchmark().equals(Python.BENCHMARK))
            .toList();
    if (python.isEmpty()) {
      System.out.println("Python is left out: set WWTS_PYTHON to one with models/requirements.txt.");
    }
    long start = System.nanoTime();
    int done = 0;
    for (Plan.Step step : steps) {
      double seconds = (System.nanoTime() - start) / NANOS;
      String left =
          done == 0
              ? ""
              : String.format(Locale.ROOT, ", about %.0f s left", seconds / done * (steps.size() - done));
      System.out.printf(Locale.ROOT, "[%d of %d%s] %s%n", done + 1, steps.size(), left, step);
      JsonNode result =
          step.benchmark().equals(Python.BENCHMARK)
              ? JSON.createArrayNode().add(Python.run(python.orElseThrow(), step.params()))
              : jmh(step);
      for (JsonNode each : result) {
        results.add(each);
        JsonNode metric = each.get("primaryMetric");
        System.out.printf(
            Locale.ROOT,
            "    %.3f %s%n",
            metric.get("score").asDouble(),
            metric.get("scoreUnit").asText());
      }
      done++;
    }
    write(environment, given);
    System.out.printf(Locale.ROOT, "%.0f s in all.%n", (System.nanoTime() - start) / NANOS);
  }

  private JsonNode jmh(Plan.Step step) throws IOException, RunnerException {
    boolean single = step.benchmark().startsWith("LoadBenchmark");
    ChainedOptionsBuilder builder =
        new OptionsBuilder()
            .include("\\." + step.benchmark().replace(".", "\\.") + "$")
            .verbosity(VerboseMode.SILENT)
            .shouldFailOnError(true)
            .threads(step.callers())
            .forks(1)
            .jvmArgsAppend(
                "-Xmx2g",
                "-Dorg.bytedeco.javacpp.logger=slf4j",
                "-Dorg.slf4j.simpleLogger.log.org.bytedeco=error",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    if (!single) {
      builder
          .warmupIterations(options.jmh().get("wi"))
          .warmupTime(TimeValue.seconds(options.jmh().get("w")))
          .measurementIterations(options.jmh().get("i"))
          .measurementTime(TimeValue.seconds(options.jmh().get("r")));
    }
    if (step.benchmark().startsWith("RecognizeBenchmark")) {
      builder.addProfiler(GCProfiler.class);
      builder.addProfiler(StageProfiler.class);
    }
    builder.addProfiler(MemoryProfiler.class);
    step.params().forEach((name, value) -> builder.param(name, value));
    Collection<RunResult> run = new Runner(builder.build()).run();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(run);
    JsonNode entries = JSON.readTree(bytes.toByteArray());
    // paths of this machine are nobody's business
    entries.forEach(
        entry -> ((ObjectNode) entry).remove(List.of("jvm", "jvmArgs")));
    return entries;
  }

  private void write(Environment environment, Properties given) throws IOException {
    Map<String, Object> facts = new LinkedHashMap<>(environment.facts());
    StringBuilder command = new StringBuilder("mvn jmh");
    given.stringPropertyNames().stream()
        .sorted()
        .forEach(name -> command.append(" -D").append(name).append('=').append(given.getProperty(name)));
    facts.put("command", command.toString());
    facts.put("warnings", environment.warnings());
    Map<String, Object> models = new LinkedHashMap<>();
    options.models().forEach(model -> BenchmarkModels.facts(model).ifPresent(it -> models.put(model, it)));
    facts.put("networks", models);
    Path folder = Path.of(options.out());
    Files.createDirectories(folder);
    String device = Report.device(facts, options.device());
    Path stem = folder.resolve(device + "-" + LocalDate.now(ZoneOffset.UTC));
    Files.writeString(Path.of(stem + ".json"), JSON.writeValueAsString(results) + "\n");
    Environment.writeJson(Path.of(stem + ".environment.json"), facts);
    Report.write(Path.of(stem + ".json")).forEach(file -> System.out.println("wrote " + file));
  }
}
