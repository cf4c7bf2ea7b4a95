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
import java.util.List;
import java.util.stream.Stream;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs a step by JMH. */
final class JmhStep {
  private JmhStep() {}

  /** Returns JMH's JSON, an array; the processes write what is to be told into {@code notes}. */
  static JsonNode run(Step step, Options options, Path notes)
      throws IOException, RunnerException {
    List<String> jvm = new ArrayList<>(Seat.JVM_OPTIONS);
    jvm.add("-D" + Notes.PROPERTY + "=" + notes.toAbsolutePath());
    ChainedOptionsBuilder builder =
        new OptionsBuilder()
            .include("\\." + step.benchmark().replace(".", "\\.") + "$")
            .verbosity(VerboseMode.SILENT)
            .shouldFailOnError(true)
            .threads(step.callers())
            .forks(step.forks())
            .jvmArgsAppend(jvm.toArray(String[]::new))
            .addProfiler(Marks.class);
    if (!step.is("LoadBenchmark")) {
      builder
          .warmupIterations(options.whole("jmh.wi"))
          .warmupTime(TimeValue.seconds(options.whole("jmh.w")))
          .measurementIterations(iterations(step, options))
          .measurementTime(TimeValue.seconds(options.whole("jmh.r")));
    }
    if (step.is("RecognizeBenchmark")) {
      builder.addProfiler(GCProfiler.class);
    }
    step.params().forEach((name, value) -> builder.param(name, value));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ResultFormatFactory.getInstance(
            ResultFormatType.JSON, new PrintStream(bytes, true, StandardCharsets.UTF_8))
        .writeOut(new Runner(builder.build()).run());
    JsonNode entries = new ObjectMapper().readTree(bytes.toByteArray());
    // paths of this machine are nobody's business
    entries.forEach(entry -> ((ObjectNode) entry).remove(List.of("jvm", "jvmArgs")));
    return entries;
  }

  /** Measured ones. The small model and a stage alone do many calls in one, unless more are asked for. */
  static int iterations(Step step, Options options) {
    boolean many =
        Stream.of("StageBenchmark", "FloorBenchmark").anyMatch(step::is)
            || (step.is("PeersBenchmark") && step.param("model").equals("small"));
    return many && !options.has("jmh.i") ? 1 : options.whole("jmh.i");
  }
}
