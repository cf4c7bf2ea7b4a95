package dev.wwts.benchmarks;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.wwts.benchmarks.peers.TurnTaker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Rivals that are all loaded and take turns call by call, A B, then B A: what a machine does to
 * speed for some seconds it does to all of them. The others sleep meanwhile.
 */
final class Turns {
  static final String BENCHMARK = "Turns.recognize";

  private static final int LEAST_WARM_UP = 3;
  private static final long WARM_UP_NANOS = 2_000_000_000L;

  /** More than a process that is stopped at its end will make. */
  private static final int WITHOUT_END = 1_000_000;

  private static final Entries.Vm JAVA =
      new Entries.Vm(System.getProperty("java.vm.name"), System.getProperty("java.vm.version"));

  private final Optional<Python> python;

  Turns(Optional<Python> python) {
    this.python = python;
  }

  /**
   * Runs a round of a step's peers and returns an entry of each as JMH's.
   *
   * @throws IOException if one fails; the message has its last words
   */
  ArrayNode run(Step step) throws IOException {
    Map<String, Seat> seats = new LinkedHashMap<>();
    Map<String, List<Double>> millis = new LinkedHashMap<>();
    int turns = Integer.parseInt(step.param("turns"));
    try {
      for (String peer : step.param("peers").split(",", -1)) {
        Map<String, String> params = params(step, peer);
        Seat seat = new Seat(peer, command(params), Python.patience(params));
        seats.put(peer, seat);
        millis.put(peer, new ArrayList<>());
        long end = System.nanoTime() + WARM_UP_NANOS;
        for (int i = 0; i < LEAST_WARM_UP || System.nanoTime() < end; i++) {
          seat.call();
        }
      }
      List<String> order = new ArrayList<>(seats.keySet());
      for (int turn = 1; turn <= turns; turn++) {
        for (String peer : order) {
          for (Seat seat : seats.values()) {
            seat.awaitRest();
          }
          Objects.requireNonNull(millis.get(peer))
              .add(Objects.requireNonNull(seats.get(peer)).call());
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
    millis.forEach(
        (peer, calls) ->
            entries.add(
                Entries.of(
                    "dev.wwts.benchmarks." + BENCHMARK,
                    isPython(peer) ? python.orElseThrow().vm() : JAVA,
                    params(step, peer),
                    LEAST_WARM_UP,
                    calls)));
    return entries;
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

  static boolean isPython(String peer) {
    return peer.startsWith("python");
  }

  private List<String> command(Map<String, String> params) throws IOException {
    List<String> command;
    if (isPython(Objects.requireNonNull(params.get("peer")))) {
      command = python.orElseThrow().command(params, WITHOUT_END);
      command.add("--turns");
      return command;
    }
    command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(JmhStep.JVM_OPTIONS);
    command.add(TurnTaker.class.getName());
    for (String name : List.of("peer", "model", "threads", "precision", "picture")) {
      command.add(params.get(name));
    }
    return command;
  }
}
