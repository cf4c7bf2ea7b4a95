package dev.wwts.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
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

/** A step that JMH runs. */
public final class JmhStep {
  /** What the measuring JVMs get beside what this one was started with. */
  public static final List<String> JVM_OPTIONS =
      List.of(
          "-Xmx2g",
          "-Dorg.bytedeco.javacpp.logger=slf4j",
          "-Dorg.slf4j.simpleLogger.log.org.bytedeco=error",
          "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Options.Iterations iterations;
  private final Path notes;

  /** The processes write what is to be told into {@code notes}. */
  JmhStep(Options.Iterations iterations, Path notes) {
    this.iterations = iterations;
    this.notes = notes;
  }

  /** Runs it and returns JMH's JSON, an array. */
  JsonNode run(Step step) throws IOException, RunnerException {
    List<String> jvm = new ArrayList<>(JVM_OPTIONS);
    jvm.add("-D" + Notes.PROPERTY + "=" + notes.toAbsolutePath());
    ChainedOptionsBuilder builder =
        new OptionsBuilder()
            .include("\\." + step.benchmark().replace(".", "\\.") + "$")
            .verbosity(VerboseMode.SILENT)
            .shouldFailOnError(true)
            .threads(step.callers())
            .forks(step.forks())
            .jvmArgsAppend(jvm.toArray(String[]::new))
            .addProfiler(MemoryProfiler.class)
            .addProfiler(Marks.class);
    if (!step.benchmark().startsWith("LoadBenchmark")) {
      builder
          .warmupIterations(iterations.warmups())
          .warmupTime(TimeValue.seconds(iterations.warmupSeconds()))
          .measurementIterations(new Estimate(iterations).measured(step))
          .measurementTime(TimeValue.seconds(iterations.seconds()));
    }
    if (step.benchmark().startsWith("RecognizeBenchmark")) {
      builder.addProfiler(GCProfiler.class);
      builder.addProfiler(StageProfiler.class);
    }
    step.params().forEach((name, value) -> builder.param(name, value));
    return json(new Runner(builder.build()).run());
  }

  private static JsonNode json(Collection<RunResult> run) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(run);
    JsonNode entries = JSON.readTree(bytes.toByteArray());
    // paths of this machine are nobody's business
    entries.forEach(entry -> ((ObjectNode) entry).remove(List.of("jvm", "jvmArgs")));
    return entries;
  }
}
