package dev.wwts.benchmarks.load;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What a run is to show, and whether it did.
 *
 * @param isRequired whether the run fails without it: nothing lost, nothing grown; the others are
 *     of speed, which a busy machine spoils
 */
record Goal(String text, boolean passed, boolean isRequired) {
  private static final double MOST_TIMES_IDLE = 3;
  private static final double MOST_TIMES_STEADY = 1.2;

  /** Calls from which on there is a p99. */
  private static final int LEAST = 100;

  private static final List<String> COMPARED = List.of("50", "80", "95");

  /** Of a run's entries. */
  static List<Goal> of(List<JsonNode> entries) {
    List<Goal> goals = new ArrayList<>();
    long spoilt =
        entries.stream()
            .filter(entry -> entry.path("peer").asText().equals("wwts"))
            .mapToLong(Goal::spoilt)
            .sum();
    goals.add(
        required("no accepted call lost, failed or answered wrongly: " + spoilt, spoilt == 0));
    Set<String> models = new LinkedHashSet<>();
    entries.forEach(entry -> models.add(entry.path("model").asText()));
    for (String model : models) {
      waiting(entries, model).ifPresent(goals::add);
      swapping(entries, model).ifPresent(goals::add);
      for (String load : COMPARED) {
        for (String rival : List.of("onnxruntime", "djl")) {
          ahead(entries, model, load, rival).ifPresent(goals::add);
        }
      }
    }
    for (JsonNode entry : entries) {
      if (entry.has("samples")) {
        for (Growth growth : Growth.of(entry.get("samples"))) {
          goals.add(required("soak, growth of " + growth, !growth.isGrowth()));
        }
        String failure = entry.path("swapFailure").asText();
        String swaps = "soak, " + entry.path("swaps").asInt() + " swaps " + failure;
        goals.add(required(swaps.strip(), failure.isEmpty()));
      }
    }
    return goals;
  }

  private static Goal required(String text, boolean passed) {
    return new Goal(text, passed, true);
  }

  static long spoilt(JsonNode entry) {
    return entry.path("lost").asLong() + entry.path("failed").asLong();
  }

  private static Optional<Goal> waiting(List<JsonNode> entries, String model) {
    return pair(entries, model, "wwts 80", "wwts idle")
        .map(
            pair -> {
              double p50 = pair.other().at("/millis/50").asDouble();
              double times = p99(pair.ours()) / p50;
              return goal(
                  times <= MOST_TIMES_IDLE && refused(pair.ours()) == 0,
                  "%s, 80 %% load: %s is %.1f times %.1f ms, the p50 of an idle call; at most %.0f",
                  model,
                  figures(pair.ours()),
                  times,
                  p50,
                  MOST_TIMES_IDLE);
            });
  }

  private static Optional<Goal> swapping(List<JsonNode> entries, String model) {
    return pair(entries, model, "wwts 64+swaps", "wwts 64")
        .map(
            pair -> {
              double steady = pair.other().at("/millis/99.9").asDouble();
              double swapping = pair.ours().at("/millis/99.9").asDouble();
              return goal(
                  swapping <= MOST_TIMES_STEADY * steady && refused(pair.ours()) == 0,
                  "%s, 64 callers, %d swaps one after the other: p99.9 %.1f ms (%s) is %.2f times"
                      + " %.1f ms, that without; at most %.1f",
                  model,
                  pair.ours().path("swaps").asInt(),
                  swapping,
                  setting(pair.ours()),
                  swapping / steady,
                  steady,
                  MOST_TIMES_STEADY);
            });
  }

  /** A service that refuses more is not ahead: those that it answers wait less. */
  private static Optional<Goal> ahead(
      List<JsonNode> entries, String model, String load, String rival) {
    return pair(entries, model, "wwts " + load, rival + " " + load)
        .map(
            pair ->
                goal(
                    p99(pair.ours()) < p99(pair.other())
                        && refused(pair.ours()) <= refused(pair.other()),
                    "%s, %s %% load: %s, ahead of %s's %s",
                    model,
                    load,
                    figures(pair.ours()),
                    rival,
                    figures(pair.other())));
  }

  private record Pair(JsonNode ours, JsonNode other) {}

  private static Optional<Pair> pair(
      List<JsonNode> entries, String model, String ours, String other) {
    return best(entries, model, ours)
        .flatMap(a -> best(entries, model, other).map(b -> new Pair(a, b)));
  }

  private static Goal goal(boolean passed, String text, Object... values) {
    return new Goal(String.format(Locale.ROOT, text, values), passed, false);
  }

  /** At the setting that refuses least and then has the least p99; of an idle call, p50. */
  private static Optional<JsonNode> best(List<JsonNode> entries, String model, String step) {
    boolean isIdle = step.endsWith("idle");
    return entries.stream()
        .filter(entry -> entry.path("model").asText().equals(model))
        .filter(
            entry -> step.equals(entry.path("peer").asText() + " " + entry.path("load").asText()))
        .filter(entry -> isIdle || entry.path("answered").asLong() >= LEAST)
        .min(
            Comparator.comparingLong(Goal::refused)
                .thenComparingDouble(
                    entry -> entry.at(isIdle ? "/millis/50" : "/millis/99").asDouble()));
  }

  static String setting(JsonNode entry) {
    return entry.path("lanes").asInt() + " x " + entry.path("threads").asInt();
  }

  private static String figures(JsonNode entry) {
    String refused = refused(entry) == 0 ? "" : ", refused " + refused(entry);
    return String.format(Locale.ROOT, "p99 %.1f ms (%s%s)", p99(entry), setting(entry), refused);
  }

  private static double p99(JsonNode entry) {
    return entry.at("/millis/99").asDouble();
  }

  private static long refused(JsonNode entry) {
    return entry.path("asked").asLong() - entry.path("answered").asLong();
  }

  @Override
  public String toString() {
    return (passed ? "PASS " : "FAIL ") + text;
  }
}
