package dev.wwts.benchmarks.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.benchmarks.GivenOptions;
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
  private static final int PATIENCE = 1800;

  /** All pages of the heap are there from the start, so that what grows is not the heap. */
  private static final List<String> STEADY_HEAP =
      List.of("-Xms1g", "-Xmx1g", "-XX:+AlwaysPreTouch");

  private static final String OURS = "wwts";
  private static final long SEED = 20261126;

  private final GivenOptions options;
  private final RunFiles files;
  private final int rounds;
  private final int seconds;

  private LoadSuite(GivenOptions options, RunFiles files) {
    this.options = options;
    this.files = files;
    this.rounds = (int) options.number("wwts.rounds");
    this.seconds = (int) options.number("wwts.seconds");
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
    GivenOptions options = LoadOptions.of(given);
    Surroundings around = Surroundings.of(options.list("wwts.models"));
    Path out = Path.of(options.text("wwts.out"));
    RunFiles files = new RunFiles(out, "cpu", "-load", around.facts(), around.warnings());
    files.fact("command", Suite.command("mvn load", given));
    LoadSuite suite = new LoadSuite(options, files);
    if (suite.rounds > 0) {
      for (String model : options.list("wwts.models")) {
        suite.rates(model);
      }
    }
    if (options.number("minutes") > 0) {
      suite.soak();
    }
    files.write();
    List<Goal> goals = LoadReport.write(files.json());
    goals.forEach(System.out::println);
    System.out.printf(Locale.ROOT, "%s, %.0f s in all.%n", files.json(), files.seconds());
    return goals.stream().allMatch(goal -> goal.passed() || !goal.isRequired());
  }

  /** A service in its process. */
  private record Seated(String peer, String model, int lanes, int threads, Seat seat) {}

  private Seated seat(String peer, String model, String setting, List<String> heap)
      throws IOException {
    String[] sides = setting.split("x", 2);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(JmhStep.JVM_OPTIONS);
    command.addAll(heap);
    command.add(ServiceProcess.class.getName());
    command.addAll(List.of(peer, model, sides[0], sides[1], options.text("wwts.picture")));
    int patience = (int) (PATIENCE + Math.max(seconds, options.number("minutes") * 60));
    Seat seat = new Seat(peer + " " + setting, command, patience);
    return new Seated(peer, model, Integer.parseInt(sides[0]), Integer.parseInt(sides[1]), seat);
  }

  private void rates(String model) throws IOException, InterruptedException {
    Optional<Load> before = Load.now();
    List<Seated> seats = new ArrayList<>();
    try {
      for (String peer : options.list("wwts.peers")) {
        for (String setting : options.list("wwts.settings")) {
          Seated seated = seat(peer, model, setting, List.of());
          seats.add(seated);
          seated.seat().ask("closed 1 2");
          seated.seat().ask("closed %d 2".formatted(2 * seated.lanes()));
        }
      }
      int half = Math.max(1, seconds / 2);
      turns(seats, "idle", 0, (it, round) -> "closed 1 " + half);
      double sustained =
          turns(seats, "closed", 0, (it, round) -> "closed %d %d".formatted(2 * it.lanes(), half));
      double whole = options.number("wwts.rate") > 0 ? options.number("wwts.rate") : sustained;
      for (String load : options.list("wwts.loads")) {
        double rate = whole * Integer.parseInt(load) / 100;
        turns(
            seats,
            load,
            rate,
            (it, round) -> "open %s %d %d".formatted(rate, seconds, SEED + round));
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

  /**
   * A B C, then C B A: an entry of each, of all rounds together.
   *
   * @return our best rate
   */
  private double turns(List<Seated> seats, String load, double offered, Line line)
      throws IOException, InterruptedException {
    List<List<JsonNode>> tallies = new ArrayList<>();
    seats.forEach(seat -> tallies.add(new ArrayList<>()));
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < seats.size(); i++) {
        int turn = round % 2 == 0 ? i : seats.size() - 1 - i;
        for (Seated seat : seats) {
          seat.seat().awaitRest();
        }
        Seated seated = seats.get(turn);
        tallies.get(turn).add(seated.seat().ask(line.of(seated, round)));
      }
    }
    double best = 0;
    for (int i = 0; i < seats.size(); i++) {
      ObjectNode entry = Tally.merge(tallies.get(i));
      add(entry, seats.get(i), load, offered);
      double rate = seats.get(i).peer().equals(OURS) ? entry.path("rate").asDouble() : 0;
      best = Math.max(best, rate);
    }
    files.write();
    return best;
  }

  private void add(ObjectNode entry, Seated seat, String load, double offered) {
    entry.put("model", seat.model()).put("peer", seat.peer());
    entry.put("lanes", seat.lanes()).put("threads", seat.threads());
    files.add(entry.put("load", load).put("offered", offered));
    System.out.printf(
        Locale.ROOT,
        "%s %s %dx%d %s: %.1f a second, %s ms, refused %s%n",
        seat.model(),
        seat.peer(),
        seat.lanes(),
        seat.threads(),
        load,
        entry.path("rate").asDouble(),
        entry.path("millis"),
        entry.path("refused"));
  }

  private void soak() throws IOException {
    String model = options.list("wwts.models").get(0);
    Seated seated = seat(OURS, model, options.list("wwts.settings").get(0), STEADY_HEAP);
    try (Seat seat = seated.seat()) {
      JsonNode entry = seat.ask("soak " + options.number("minutes") * 60);
      add((ObjectNode) entry, seated, "soak", 0);
    }
    files.write();
  }
}
