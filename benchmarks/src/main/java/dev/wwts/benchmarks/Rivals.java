package dev.wwts.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.benchmarks.peers.TurnTaker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.openjdk.jmh.util.MultisetStatistics;
import org.openjdk.jmh.util.Version;

/**
 * Rivals that are called one by one, each in its process, their calls in the shape of JMH's
 * results: Python alone, or several that are all loaded and take turns call by call, A B, then B A.
 * What a machine does to speed for some seconds it then does to all of them; the others sleep.
 */
final class Rivals {
  static final String PYTHON = "python.reference.recognize";
  static final String TURNS = "Turns.recognize";

  private static final int LEAST_WARM_UP = 3;
  private static final long WARM_UP_NANOS = 2_000_000_000L;
  private static final int FEW = 6;
  private static final int MANY = 30;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Optional<Python> python;

  Rivals(Optional<Python> python) {
    this.python = python;
  }

  /** Whether a step is one of these. */
  static boolean are(Step step) {
    return step.is(TURNS) || step.is(PYTHON);
  }

  /** Who is called. */
  static List<String> peers(Step step) {
    return List.of(step.param(step.is(TURNS) ? "peers" : "peer").split(",", -1));
  }

  /** How often each is called. */
  static int turns(Step step) {
    return step.is(TURNS)
        ? Integer.parseInt(step.param("turns"))
        : List.of("small", "default").contains(step.param("model")) ? MANY : FEW;
  }

  /**
   * Runs a step and returns an entry of each peer as JMH's.
   *
   * @throws IOException if one fails; the message has its last words
   */
  ArrayNode run(Step step) throws IOException {
    Map<String, Seat> seats = new LinkedHashMap<>();
    Map<String, List<Double>> millis = new LinkedHashMap<>();
    try {
      for (String peer : peers(step)) {
        Seat seat = seat(peer, step);
        seats.put(peer, seat);
        millis.put(peer, new ArrayList<>());
        long end = System.nanoTime() + WARM_UP_NANOS;
        for (int i = 0; i < LEAST_WARM_UP || System.nanoTime() < end; i++) {
          seat.call();
        }
      }
      List<Map.Entry<String, Seat>> order = new ArrayList<>(seats.entrySet());
      for (int turn = 1; turn <= turns(step); turn++) {
        for (Map.Entry<String, Seat> each : order) {
          if (step.is(TURNS)) {
            for (Seat seat : seats.values()) {
              seat.awaitRest();
            }
          }
          millis.computeIfAbsent(each.getKey(), it -> new ArrayList<>()).add(each.getValue().call());
        }
        // everyone is followed by everyone, and nobody by himself more often than the others
        Collections.rotate(order, 1);
        if (turn % order.size() == 0) {
          Collections.reverse(order);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("The turns were interrupted.", e);
    } finally {
      seats.values().forEach(Seat::close);
    }
    ArrayNode entries = JsonNodeFactory.instance.arrayNode();
    millis.forEach((peer, calls) -> entries.add(entry(step, peer, calls)));
    return entries;
  }

  private Seat seat(String peer, Step step) throws IOException {
    List<String> command;
    if (Python.is(peer)) {
      command = python.orElseThrow().command(peer, step);
    } else {
      Map<String, String> params = params(step, peer);
      command =
          Seat.java(
              List.of(),
              TurnTaker.class,
              List.of("peer", "model", "threads", "precision", "picture").stream()
                  .map(name -> params.getOrDefault(name, ""))
                  .toList());
    }
    return new Seat(peer, command, Python.patience(peer));
  }

  /** Those of a peer alone. */
  private static Map<String, String> params(Step step, String peer) {
    Map<String, String> params = new LinkedHashMap<>(step.params());
    params.remove("peers");
    boolean bf16 = peer.endsWith("bf16");
    params.put("peer", bf16 ? "wwts" : peer);
    params.put("precision", bf16 ? "bf16" : "fp32");
    return params;
  }

  private ObjectNode entry(Step step, String peer, List<Double> millis) {
    boolean ofPython = Python.is(peer);
    return entry(
        ofPython && !step.is(TURNS) ? PYTHON : "dev.wwts.benchmarks." + TURNS,
        ofPython ? "CPython" : System.getProperty("java.vm.name"),
        ofPython ? python.orElseThrow().version() : System.getProperty("java.vm.version"),
        params(step, peer),
        millis);
  }

  /** All fields that JMH's own entries have, and JMH's own statistics. */
  static ObjectNode entry(
      String benchmark, String vm, String version, Map<String, String> params, List<Double> millis) {
    ObjectNode entry = JSON.createObjectNode();
    entry.put("jmhVersion", Version.getPlainVersion());
    entry.put("benchmark", benchmark).put("mode", "sample").put("threads", 1).put("forks", 1);
    entry.put("jdkVersion", vm + " " + version).put("vmName", vm).put("vmVersion", version);
    for (String phase : List.of("warmup", "measurement")) {
      int calls = phase.equals("warmup") ? LEAST_WARM_UP : millis.size();
      entry.put(phase + "Iterations", calls);
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
