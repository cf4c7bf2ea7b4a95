package dev.wwts.gpu;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * One line for each check, PASS, FAIL or SKIP, and all figures as JSON. The file is written before
 * and after each check, as a time limit may end the process anywhere, and what earlier runs wrote
 * about the same card stays in it.
 */
final class Checks {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Pattern ONLY = Pattern.compile(System.getProperty("wwts.check.only", ""));

  /** Whether checks that passed or failed in an earlier run are left as they are. */
  private static final boolean RESUME = Boolean.getBoolean("wwts.check.resume");

  private static final long SECONDS = Long.getLong("wwts.check.seconds", Long.MAX_VALUE / 2);
  private static final String ABOUT = "about";
  private static final String CARD = "CUDA card 0";
  private static final String RESUMING = "run with wwts.check.resume=true";

  private final Path out;
  private final ObjectNode root;
  private final Supplier<String> failure;
  private boolean cardLost;

  /** A check's body: fills in figures and says whether they are good. */
  interface Body {
    boolean run(ObjectNode figures) throws Exception;
  }

  /** Says that a check can't be made here, and why; it does not count as a failure. */
  static final class Skip extends RuntimeException {
    private static final long serialVersionUID = 1;

    Skip(String why) {
      super(why);
    }
  }

  /**
   * Goes on with the file that is there, if it tells of the same card.
   *
   * @param failure that the card does nothing more in this process; empty where it goes on
   */
  Checks(Path out, ObjectNode about, Supplier<String> failure) throws IOException {
    this.out = out;
    this.failure = failure;
    this.root = JSON.createObjectNode();
    if (Files.exists(out)) {
      try {
        JsonNode before = JSON.readTree(out.toFile());
        JsonNode card = before.path(ABOUT).path(CARD);
        if (before instanceof ObjectNode earlier && card.equals(about.path(CARD))) {
          root.setAll(earlier);
        } else {
          keep("is another card's");
        }
      } catch (JsonProcessingException e) {
        keep("can't be read");
      }
    }
    root.set(ABOUT, about);
  }

  private void keep(String why) throws IOException {
    Path aside = Path.of(out + ".old");
    System.out.printf("gpu-check: %s %s: it is now %s%n", out, why, aside);
    Files.move(out, aside, StandardCopyOption.REPLACE_EXISTING);
  }

  static ObjectNode object() {
    return JSON.createObjectNode();
  }

  static JsonNode read(Path file) throws IOException {
    return JSON.readTree(file.toFile());
  }

  /** Seconds until no further check begins, counted from the start of the process. */
  long secondsLeft() {
    return SECONDS - ManagementFactory.getRuntimeMXBean().getUptime() / 1000;
  }

  /** What is known of a check, from this run or an earlier one; empty where nothing is. */
  JsonNode figures(String name) {
    return root.path(name);
  }

  /** Runs a check, if {@code wwts.check.only} finds its name; what it throws is its failure. */
  void check(String name, Body body) {
    if (!ONLY.matcher(name).find() || (RESUME && root.path(name).has("passed"))) {
      return;
    }
    if (cardLost) {
      leftOut(name, object().put("skipped", "the card was lost: " + RESUMING));
      return;
    }
    if (secondsLeft() <= 0) {
      String why =
          "out of time: run with wwts.check.only='^" + name + "', or wwts.check.resume=true";
      ObjectNode figures = object().put("skipped", why);
      line("SKIP", name, figures, 0);
      leftOut(name, figures);
      return;
    }
    // what stays in the file if this check ends the process
    root.set(name, object().put("passed", false).put("error", "did not end"));
    write();
    ObjectNode figures = object().put("at", Instant.now().toString());
    long start = System.nanoTime();
    String verdict = "FAIL";
    try {
      boolean passed = body.run(figures);
      figures.put("passed", passed);
      verdict = passed ? "PASS" : "FAIL";
    } catch (Skip e) {
      verdict = "SKIP";
      figures.put("skipped", e.getMessage());
    } catch (Exception | LinkageError e) {
      figures.put("passed", false).put("error", e.toString());
      if (Boolean.getBoolean("wwts.check.trace")) {
        e.printStackTrace(System.out);
      }
      cardLost = !failure.get().isEmpty();
    }
    root.set(name, figures);
    line(verdict, name, figures, (System.nanoTime() - start) / 1e9);
    write();
    if (cardLost) {
      System.out.println("gpu-check: the card was lost; the checks after this one: " + RESUMING);
    }
  }

  /** Whether an error has ended the card's work in this process: a fresh one can go on. */
  boolean isCardLost() {
    return cardLost;
  }

  /** What an earlier run found out is worth more than that the check was not made now. */
  private void leftOut(String name, ObjectNode figures) {
    if (!root.path(name).has("passed")) {
      root.set(name, figures);
      write();
    }
  }

  private static void line(String verdict, String name, ObjectNode figures, double seconds) {
    System.out.printf(Locale.ROOT, "%s %s %s (%.1f s)%n", verdict, name, figures, seconds);
    System.out.flush();
  }

  /** Checks in the file that failed, in whichever run. */
  long failures() {
    return root.valueStream()
        .filter(check -> check.path("passed").isBoolean() && !check.get("passed").booleanValue())
        .count();
  }

  /** Checks in the file that say why they were not made. */
  long skips() {
    return root.valueStream().filter(check -> check.has("skipped")).count();
  }

  void write() {
    try {
      Path fresh = Path.of(out + ".new");
      JSON.writerWithDefaultPrettyPrinter().writeValue(fresh.toFile(), root);
      Files.move(fresh, out, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
