package dev.wwts.benchmarks.load;

import static dev.wwts.benchmarks.Options.NUMBER;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.benchmarks.Options;
import dev.wwts.benchmarks.Options.Option;
import dev.wwts.benchmarks.OtherLoad;
import dev.wwts.benchmarks.RunFiles;
import dev.wwts.benchmarks.Seat;
import dev.wwts.benchmarks.Surroundings;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * What {@code mvn load} runs: the rates that services sustain, then arrivals at parts of ours and
 * at twice as much, all services in processes of their own that take turns; then the soak.
 */
public final class LoadSuite {
  private static final Map<String, Option> TABLE =
      new TreeMap<>(
          Map.of(
              "wwts.models", new Option("small,base", "small|base|large|.+\\.pt"),
              "wwts.peers",
                  new Option("wwts,onnxruntime,djl", "wwts|wwts-batching|onnxruntime|djl"),
              "wwts.settings", new Option("2x1,1x2", "[1-9]\\d{0,2}x[1-9]\\d{0,2}"),
              "wwts.loads", new Option("50,80,95,200,swaps", "[1-9]\\d{0,2}|swaps"),
              "wwts.rate", new Option("0", "\\d{1,6}(\\.\\d+)?"),
              "wwts.rounds", new Option("2", "\\d{1,3}"),
              "wwts.seconds", new Option("20", "[1-9]\\d{0,3}"),
              "wwts.picture", new Option("1080p", "1080p|12mp|" + NUMBER + "x" + NUMBER),
              "wwts.out", new Option("benchmarks/out", ".+"),
              "minutes", new Option("10", "\\d{1,4}(\\.\\d+)?")));

  /** Beside a tally's own seconds: loading, and waiting for the last answer. */
  private static final int PATIENCE = 1800;

  /** All pages of the heap are there from the start, so that what grows is not the heap. */
  private static final List<String> STEADY_HEAP =
      List.of("-Xms1g", "-Xmx1g", "-XX:+AlwaysPreTouch");

  private static final String OURS = "wwts";
  private static final String SWAPS = "swaps";
  private static final String STEADY = "64";
  private static final String SWAPPING = "64+swaps";
  private static final long SEED = 20261126;

  private final Options options;
  private final RunFiles files;
  private final int rounds;
  private final int seconds;

  private LoadSuite(Options options, RunFiles files) {
    this.options = options;
    this.files = files;
    this.rounds = options.whole("wwts.rounds");
    this.seconds = options.whole("wwts.seconds");
  }

  /**
   * What a run may be told.
   *
   * @throws IllegalArgumentException if there is no such option, or a value is none of its
   */
  static Options options(Properties given) {
    return new Options(given, TABLE);
  }

  /** Options come as {@link Options#given}. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    boolean passed = false;
    try (FileChannel lock = Surroundings.lock()) {
      passed = lock.isOpen() && run(options(Options.given(arguments)));
    } catch (IllegalArgumentException | IllegalStateException e) {
      System.err.println(e.getMessage());
    }
    if (!passed) {
      System.exit(1);
    }
  }

  private static boolean run(Options options) throws IOException, InterruptedException {
    Path out = Path.of(options.text("wwts.out"));
    RunFiles files =
        new RunFiles(out, "cpu", "-load", Surroundings.of(options.list("wwts.models")));
    files.fact("command", options.command("mvn load"));
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

  /** A service in its process, and the answers that it gave in a step. */
  private record Seated(
      String peer, String model, int lanes, int threads, Seat seat, List<JsonNode> tallies) {}

  private Seated seat(String peer, String model, String setting, List<String> heap)
      throws IOException {
    String[] sides = setting.split("x", 2);
    List<String> command =
        Seat.java(
            heap,
            ServiceProcess.class,
            List.of(peer, model, sides[0], sides[1], options.text("wwts.picture")));
    int patience = (int) (PATIENCE + Math.max(seconds, options.number("minutes") * 60));
    return new Seated(
        peer,
        model,
        Integer.parseInt(sides[0]),
        Integer.parseInt(sides[1]),
        new Seat(peer + " " + setting, command, patience),
        new ArrayList<>());
  }

  private void rates(String model) throws IOException, InterruptedException {
    OtherLoad load = new OtherLoad();
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
      for (String part : options.list("wwts.loads")) {
        if (part.equals(SWAPS)) {
          swaps(seats.stream().filter(each -> each.peer().equals(OURS)).toList());
          continue;
        }
        double rate = whole * Integer.parseInt(part) / 100;
        turns(
            seats,
            part,
            rate,
            (it, round) -> "open %s %d %d".formatted(rate, seconds, SEED + round));
      }
    } finally {
      seats.forEach(each -> each.seat().close());
    }
    // only now, as a process's time counts for its parent when it has ended
    load.tell(it -> files.warn(model + ": " + it));
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
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < seats.size(); i++) {
        for (Seated seated : seats) {
          seated.seat().awaitRest();
        }
        Seated turn = seats.get(round % 2 == 0 ? i : seats.size() - 1 - i);
        turn.tallies().add(turn.seat().ask(line.of(turn, round)));
      }
    }
    double best = 0;
    for (Seated seated : seats) {
      ObjectNode entry = Tally.merge(seated.tallies());
      seated.tallies().clear();
      add(entry, seated, load, offered);
      double rate = seated.peer().equals(OURS) ? entry.path("rate").asDouble() : 0;
      best = Math.max(best, rate);
    }
    files.write();
    return best;
  }

  /** 64 callers without swaps and with one after the other: A B, B A. */
  private void swaps(List<Seated> seats) throws IOException, InterruptedException {
    for (Seated seated : seats) {
      List<JsonNode> steady = new ArrayList<>();
      List<JsonNode> swapping = new ArrayList<>();
      for (int round = 0; round < 2 * rounds; round++) {
        boolean isFirst = round % 2 == 0;
        (isFirst ? steady : swapping).add(seated.seat().ask(line(isFirst)));
        (isFirst ? swapping : steady).add(seated.seat().ask(line(!isFirst)));
      }
      add(Tally.merge(steady), seated, STEADY, 0);
      ObjectNode entry = Tally.merge(swapping);
      entry.put(SWAPS, swapping.stream().mapToInt(each -> each.path(SWAPS).asInt()).sum());
      add(entry, seated, SWAPPING, 0);
    }
    files.write();
  }

  private String line(boolean isSteady) {
    return "%s 64 %d".formatted(isSteady ? "closed" : "swapping", seconds);
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
