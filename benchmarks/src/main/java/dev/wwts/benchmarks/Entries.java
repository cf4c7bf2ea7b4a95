package dev.wwts.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.util.MultisetStatistics;
import org.openjdk.jmh.util.Version;

/** A process's calls in the shape of JMH's results. */
final class Entries {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Entries() {}

  /** What ran a process. */
  record Vm(String name, String version) {}

  /**
   * All fields that JMH's own entries have, and JMH's own statistics.
   *
   * @param warmUp calls that are not counted
   * @param millis those that are, in milliseconds
   */
  static ObjectNode of(
      String benchmark, Vm vm, Map<String, String> params, int warmUp, List<Double> millis) {
    ObjectNode entry = JSON.createObjectNode();
    entry.put("jmhVersion", Version.getPlainVersion());
    entry.put("benchmark", benchmark).put("mode", "sample").put("threads", 1).put("forks", 1);
    entry.put("jdkVersion", vm.name() + " " + vm.version());
    entry.put("vmName", vm.name()).put("vmVersion", vm.version());
    for (String phase : List.of("warmup", "measurement")) {
      entry.put(phase + "Iterations", phase.equals("warmup") ? warmUp : millis.size());
      entry.put(phase + "Time", "single-shot").put(phase + "BatchSize", 1);
    }
    params.forEach((name, value) -> entry.withObject("/params").put(name, value));
    entry.set("primaryMetric", metric(millis));
    entry.putObject("secondaryMetrics");
    return entry;
  }

  private static ObjectNode metric(List<Double> millis) {
    MultisetStatistics calls = new MultisetStatistics();
    millis.forEach(value -> calls.addValue(value, 1));
    ObjectNode metric = JSON.createObjectNode();
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
    return metric;
  }
}
