package dev.wwts.benchmarks.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.benchmarks.JmhStep;
import dev.wwts.benchmarks.Load;
import dev.wwts.benchmarks.RunFiles;
import dev.wwts.benchmarks.Seat;
import dev.wwts.benchmarks.Suite;
import dev.wwts.benchmarks.Surroundings;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;

/**
 * What {@code mvn load} runs: the rates that services sustain, then arrivals at parts of ours and
 * at twice as much, all services in processes of their own that take turns; then the soak.
 */
public final class LoadSuite {
  /** Beside a tally's own seconds: loading, and waiting for the last answer. */
  private static final int PATIENCE = 600;

  /** All pages of the heap are there from the start, so that what grows is not the heap. */
  private static final List<String> STEADY_HEAP =
      List.of("-Xms1g", "-Xmx1g", "-XX:+AlwaysPreTouch");

  private static final String OURS = "wwts";
  private static final String CLOSED = "closed";
  private static final long SEED = 20261126;

  private final LoadOptions options;
  private final RunFiles files;

  private LoadSuite(LoadOptions options, RunFiles files) {
    this.options = options;
    this.files = files;
  }

  /** Options come as {@link Suite}'s. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Properties given = Suite.given(arguments);
    boolean passed;
    try (FileChannel lock = Suite.lock()) {
      passed = lock.isOpen() && run(given);
    } catch (IllegalArgumentException | IllegalStateException e) {
      System.err.println(e.getMessage());
      passed = false;
    }
    if (!passed) {
      System.exit(1);
    }
  }

  private static boolean run(Properties given) throws IOException, InterruptedException {
    LoadOptions options = LoadOptions.of(given);
    Surroundings around = Surroundings.of(options.models());
    RunFiles files =
        new RunFiles(Path.of(options.out()), "cpu", "-load", around.facts(), around.warnings());
    files.fact("command", Suite.command("mvn load", given));
    LoadSuite suite = new LoadSuite(options, files);
    if (options.rounds() > 0) {
      for (String model : options.models()) {
        suite.rates(model);
      }
    }
    if (options.minutes() > 0) {
      suite.soak();
    }
    List<Goal> goals = LoadReport.write(files.json());
    goals.forEach(System.out::println);
    System.out.printf(Locale.ROOT, "%s, %.0f s in all.%n", files.json(), files.seconds());
    return goals.stream().allMatch(goal -> goal.passed() || !goal.isRequired());
  }

  /** A service in its process. */
  private record Seated(String peer, int lanes, int threads, Seat seat) {}

  private Seated seat(String peer, String model, String setting, int seconds, List<String> heap)
      throws IOException {
    String[] sides = setting.split("x", 2);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(JmhStep.JVM_OPTIONS);
    command.addAll(heap);
    command.add(ServiceProcess.class.getName());
    command.addAll(List.of(peer, model, sides[0], sides[1], options.picture()));
    return new Seated(
        peer,
        Integer.parseInt(sides[0]),
        Integer.parseInt(sides[1]),
        new Seat(peer + " " + setting, command, seconds + PATIENCE));
  }

  private void rates(String model) throws IOException, InterruptedException {
    Optional<Load> before = Load.now();
    List<Seated> seats = new ArrayList<>();
    try {
      for (String peer : options.peers()) {
        for (String setting : options.settings()) {
          seats.add(seat(peer, model, setting, options.seconds(), List.of()));
        }
      }
      int half = Math.max(1, options.seconds() / 2);
      for (Seated each : seats) {
        each.seat().ask("closed 1 2");
        each.seat().ask("closed %d 2".formatted(2 * each.lanes()));
      }
      turns(model, "idle", 0, seats, (seat, round) -> "closed 1 " + half);
      List<ObjectNode> closed =
          turns(
              model,
              CLOSED,
              0,
              seats,
              (it, round) -> "closed %d %d".formatted(2 * it.lanes(), half));
      double whole =
          options.rate() > 0
              ? options.rate()
              : closed.stream()
                  .filter(it -> it.path("peer").asText().equals(options.peers().get(0)))
                  .mapToDouble(it -> it.path("rate").asDouble())
                  .max()
                  .orElseThrow();
      for (int load : options.loads()) {
        double rate = whole * load / 100;
        turns(
            model,
            String.valueOf(load),
            rate,
            seats,
            (it, round) -> "open %s %d %d".formatted(rate, options.seconds(), SEED + load + round));
      }
    } finally {
      seats.forEach(each -> each.seat().close());
    }
    // only now, as a process's time counts for its parent when it has ended
    Optional<Load> after = Load.now();
    if (before.isPresent() && after.isPresent()) {
      after.get().warnings(before.get()).forEach(it -> files.warn(model + ": " + it));
    }
  }

  private interface Line {
    String of(Seated seat, int round);
  }

  /** A B C, then C B A: an entry of each, of all rounds together. */
  private List<ObjectNode> turns(
      String model, String load, double offered, List<Seated> seats, Line line)
      throws IOException, InterruptedException {
    List<List<JsonNode>> tallies = new ArrayList<>();
    seats.forEach(seat -> tallies.add(new ArrayList<>()));
    for (int round = 0; round < options.rounds(); round++) {
      for (int i = 0; i < seats.size(); i++) {
        int turn = round % 2 == 0 ? i : seats.size() - 1 - i;
        for (Seated seat : seats) {
          seat.seat().awaitRest();
        }
        Seated seated = seats.get(turn);
        tallies.get(turn).add(seated.seat().ask(line.of(seated, round)));
      }
    }
    List<ObjectNode> entries = new ArrayList<>();
    for (int i = 0; i < seats.size(); i++) {
      ObjectNode entry = Tally.merge(tallies.get(i));
      entries.add(add(entry, model, seats.get(i), load, offered));
    }
    files.write();
    return entries;
  }

  private ObjectNode add(ObjectNode entry, String model, Seated seat, String load, double offered) {
    entry.put("model", model).put("peer", seat.peer()).put("load", load).put("offered", offered);
    entry.put("lanes", seat.lanes()).put("threads", seat.threads());
    files.add(entry);
    System.out.printf(
        Locale.ROOT,
        "%s %s %dx%d %s: %.1f of %.1f a second, p50 %.1f p99 %.1f ms, refused %s%n",
        model,
        seat.peer(),
        seat.lanes(),
        seat.threads(),
        load,
        entry.path("rate").asDouble(),
        offered,
        entry.at("/millis/50").asDouble(),
        entry.at("/millis/99").asDouble(),
        entry.path("refused"));
    return entry;
  }

  private void soak() throws IOException {
    int seconds = (int) Math.ceil(options.minutes() * 60);
    String model = options.models().get(0);
    Seated seated = seat(OURS, model, options.settings().get(0), seconds, STEADY_HEAP);
    try (Seat seat = seated.seat()) {
      JsonNode entry = seat.ask("soak " + seconds);
      add((ObjectNode) entry, model, seated, "soak", 0);
    }
    files.write();
  }
}
