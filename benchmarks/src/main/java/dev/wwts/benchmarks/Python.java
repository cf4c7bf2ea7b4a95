package dev.wwts.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.benchmarks.models.BenchmarkModels;
import dev.wwts.benchmarks.models.BenchmarkPictures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.openjdk.jmh.util.MultisetStatistics;

/** benchmarks/python/reference.py as one more rival, its calls in the shape of JMH's results. */
final class Python {
  static final String BENCHMARK = "python.reference.recognize";

  static final String COMPILED = "python-compiled";

  /** The first calls of a process, which are not counted. */
  private static final int WARM_UP = 3;

  private static final int FEW = 6;
  private static final int MANY = 30;
  private static final ObjectMapper JSON = new ObjectMapper();

  private Python() {}

  /** WWTS_PYTHON, or python3 where it has torch. */
  static Optional<String> interpreter() {
    String given = System.getenv("WWTS_PYTHON");
    String python = given == null || given.isEmpty() ? "python3" : given;
    try {
      Process process =
          new ProcessBuilder(python, "-c", "import torch, PIL, numpy")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor() == 0 ? Optional.of(python) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  static ObjectNode run(String python, Map<String, String> params) throws IOException {
    Path picture = Path.of("target/benchmark-models", params.get("picture") + ".jpg");
    Files.createDirectories(picture.getParent());
    Files.write(picture, BenchmarkPictures.of(params.get("picture")));
    boolean compiled = params.get("peer").equals(COMPILED);
    int calls = WARM_UP + (params.get("model").equals("small") ? MANY : FEW);
    List<String> command =
        new ArrayList<>(
            List.of(
                python,
                "benchmarks/python/reference.py",
                BenchmarkModels.of(params.get("model")).toString(),
                picture.toString(),
                "--threads",
                params.get("threads"),
                "--calls",
                String.valueOf(calls)));
    if (compiled) {
      JsonNode facts = BenchmarkModels.facts(params.get("model")).orElseThrow();
      command.addAll(List.of("--compile", facts.get("architecture").asText()));
    }
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    List<Double> millis = new ArrayList<>();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    for (String line : output.lines().filter(each -> each.startsWith("{")).toList()) {
      JsonNode answer = JSON.readTree(line);
      millis.add(answer.get("total").asDouble());
    }
    if (millis.size() != calls) {
      throw new IOException("benchmarks/python/reference.py failed; run it by itself to see why.");
    }
    return entry(params, millis.subList(WARM_UP, calls));
  }

  /** The fields that readers of JMH's JSON ask for, and JMH's own statistics. */
  private static ObjectNode entry(Map<String, String> params, List<Double> millis) {
    ObjectNode entry = JSON.createObjectNode();
    entry.put("benchmark", BENCHMARK).put("mode", "sample").put("threads", 1).put("forks", 1);
    for (String phase : List.of("warmup", "measurement")) {
      entry.put(phase + "Iterations", phase.equals("warmup") ? WARM_UP : millis.size());
      entry.put(phase + "Time", "single-shot").put(phase + "BatchSize", 1);
    }
    params.forEach((name, value) -> entry.withObject("/params").put(name, value));
    MultisetStatistics calls = new MultisetStatistics();
    millis.forEach(value -> calls.addValue(value, 1));
    ObjectNode metric = entry.putObject("primaryMetric");
    metric.put("score", calls.getMean()).put("scoreError", calls.getMeanErrorAt(0.999));
    ArrayNode confidence = metric.putArray("scoreConfidence");
    Arrays.stream(calls.getConfidenceIntervalAt(0.999)).forEach(confidence::add);
    ObjectNode percentiles = metric.putObject("scorePercentiles");
    for (double p : new double[] {0, 50, 90, 95, 99, 99.9, 99.99, 99.999, 99.9999, 100}) {
      percentiles.put(String.valueOf(p), calls.getPercentile(p));
    }
    metric.put("scoreUnit", "ms/op");
    ArrayNode fork = metric.putArray("rawDataHistogram").addArray().addArray();
    millis.stream().sorted().forEach(value -> fork.addArray().add(value).add(1));
    entry.putObject("secondaryMetrics");
    return entry;
  }
}
