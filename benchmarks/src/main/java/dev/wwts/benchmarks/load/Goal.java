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
  private static final List<String> COMPARED = List.of("50", "80", "95");

  /** Of a run's entries. */
  static List<Goal> of(JsonNode entries) {
    List<Goal> goals = new ArrayList<>();
    long spoilt = 0;
    Set<String> models = new LinkedHashSet<>();
    for (JsonNode entry : entries) {
      models.add(entry.path("model").asText());
      spoilt += ours(entry) ? entry.path("lost").asLong() + entry.path("failed").asLong() : 0;
    }
    goals.add(
        new Goal(
            "no accepted call lost, failed or answered wrongly: %d".formatted(spoilt),
            spoilt == 0,
            true));
    for (String model : models) {
      waiting(entries, model).ifPresent(goals::add);
      COMPARED.forEach(load -> goals.addAll(rivals(entries, model, load)));
    }
    for (JsonNode entry : entries) {
      for (Growth growth :
          entry.has("samples") ? Growth.of(entry.get("samples")) : List.<Growth>of()) {
        goals.add(new Goal("soak, growth of " + growth, !growth.isGrowth(), true));
      }
      String failure = entry.path("swapFailure").asText();
      if (entry.has("swaps")) {
        goals.add(
            new Goal(
                "soak, %d swaps %s".formatted(entry.path("swaps").asInt(), failure).strip(),
                failure.isEmpty(),
                true));
      }
    }
    return goals;
  }

  private static boolean ours(JsonNode entry) {
    return entry.path("peer").asText().equals("wwts");
  }

  private static Optional<Goal> waiting(JsonNode entries, String model) {
    Optional<JsonNode> loaded = best(entries, model, "wwts", "80");
    Optional<JsonNode> idle = best(entries, model, "wwts", "idle");
    if (loaded.isEmpty() || idle.isEmpty()) {
      return Optional.empty();
    }
    double p50 = idle.get().at("/millis/50").asDouble();
    double p99 = p99(loaded.get());
    String text =
        String.format(
            Locale.ROOT,
            "%s, 80 %% load: p99 %.1f ms at most %.0f times %.1f, the p50 of an idle call: %.1f",
            model,
            p99,
            MOST_TIMES_IDLE,
            p50,
            p99 / p50);
    return Optional.of(new Goal(text, p99 <= MOST_TIMES_IDLE * p50, false));
  }

  private static List<Goal> rivals(JsonNode entries, String model, String load) {
    Optional<JsonNode> ours = best(entries, model, "wwts", load);
    List<Goal> goals = new ArrayList<>();
    for (String rival : List.of("onnxruntime", "djl")) {
      Optional<JsonNode> theirs = best(entries, model, rival, load);
      if (ours.isPresent() && theirs.isPresent()) {
        String text =
            String.format(
                Locale.ROOT,
                "%s, %s %% load: p99 %.1f ms (%s) ahead of %s's %.1f (%s)",
                model,
                load,
                p99(ours.get()),
                setting(ours.get()),
                rival,
                p99(theirs.get()),
                setting(theirs.get()));
        goals.add(new Goal(text, p99(ours.get()) < p99(theirs.get()), false));
      }
    }
    return goals;
  }

  /** At the setting whose p99 is least; of an idle call whose p50 is. */
  private static Optional<JsonNode> best(JsonNode entries, String model, String peer, String load) {
    List<JsonNode> rows = new ArrayList<>();
    for (JsonNode entry : entries) {
      if (entry.path("model").asText().equals(model)
          && entry.path("peer").asText().equals(peer)
          && entry.path("load").asText().equals(load)) {
        rows.add(entry);
      }
    }
    String figure = load.equals("idle") ? "/millis/50" : "/millis/99";
    return rows.stream().min(Comparator.comparingDouble(row -> row.at(figure).asDouble()));
  }

  static String setting(JsonNode entry) {
    return entry.path("lanes").asInt() + " x " + entry.path("threads").asInt();
  }

  private static double p99(JsonNode entry) {
    return entry.at("/millis/99").asDouble();
  }

  @Override
  public String toString() {
    return (passed ? "PASS " : "FAIL ") + text;
  }
}
