package dev.wwts.gpu;

import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;

/** One line for each check, PASS, FAIL or SKIP, and all figures as JSON. */
final class Checks {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Pattern ONLY = Pattern.compile(System.getProperty("wwts.check.only", ""));

  private final ObjectNode root = JSON.createObjectNode();
  private int failures;
  private int skips;

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

  /** Runs a check, if {@code wwts.check.only} finds its name; what it throws is its failure. */
  void check(String name, Body body) {
    if (!ONLY.matcher(name).find()) {
      return;
    }
    ObjectNode figures = JSON.createObjectNode();
    long start = System.nanoTime();
    boolean passed = false;
    boolean skipped = false;
    try {
      passed = body.run(figures);
    } catch (Skip e) {
      skipped = true;
      figures.put("skipped", e.getMessage());
    } catch (Exception | LinkageError e) {
      figures.put("error", e.toString());
      if (Boolean.getBoolean("wwts.check.trace")) {
        e.printStackTrace(System.out);
      }
    }
    failures += passed || skipped ? 0 : 1;
    skips += skipped ? 1 : 0;
    System.out.printf(
        Locale.ROOT,
        "%s %s %s (%.1f s)%n",
        skipped ? "SKIP" : passed ? "PASS" : "FAIL",
        name,
        figures,
        (System.nanoTime() - start) / 1e9);
    System.out.flush();
    root.set(name, skipped ? figures : figures.put("passed", passed));
  }

  ObjectNode root() {
    return root;
  }

  int failures() {
    return failures;
  }

  int skips() {
    return skips;
  }

  void write(Path file) throws IOException {
    ObjectWriter writer = JSON.writerWithDefaultPrettyPrinter();
    writer.writeValue(file.toFile(), root);
  }
}
