package dev.wwts.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What people read of a run: a table and pictures, made from its two files of JSON. */
public final class Report {
  private static final Logger LOG = LoggerFactory.getLogger(Report.class);

  private Report() {}

  /**
   * Writes S.md and S-*.svg beside S.json, with the facts in S.environment.json where it is.
   * Pictures that can't be drawn are left out, with a warning in the log.
   *
   * @return what was written, the table first
   * @throws IllegalArgumentException if the file holds no JMH results
   */
  public static List<Path> write(Path json) {
    Run run = Run.read(json);
    Path table = Path.of(Run.stem(json) + ".md");
    // first without pictures: whatever happens while they are drawn, the table is there
    write(table, Table.markdown(run, List.of()));
    List<Path> charts = new ArrayList<>();
    try {
      Charts.write(run.entries(), Run.stem(json), charts::add);
    } catch (LinkageError | InternalError e) {
      LOG.warn(noPictures(e));
    }
    write(table, Table.markdown(run, charts));
    List<Path> written = new ArrayList<>(List.of(table));
    written.addAll(charts);
    return written;
  }

  /** For people: what it means that drawing ended with a {@link LinkageError} or the like. */
  public static String noPictures(Throwable error) {
    // a reduced Java runtime has no java.desktop, some have it without fonts
    return "No pictures: this Java lacks java.desktop or its fonts, or xchart is not there (%s)."
        .formatted(error);
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " can't be written.", e);
    }
  }

  /** A name for files: the card's that {@code device} (cuda, cuda:N) means, or the processor's. */
  public static String device(Map<String, Object> facts, String device) {
    Object name = facts.get("cpu");
    if (!device.equals("cpu") && facts.get("gpu") instanceof Map<?, ?> gpu && !gpu.isEmpty()) {
      Object card = gpu.get(Run.card(device));
      name = card == null ? gpu.values().iterator().next() : card;
    }
    // behind a card's name stand its capability, size and memory
    String alone = String.valueOf(name).replaceFirst(",.*", "");
    String words = alone.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    return words.replaceAll("^-|-$", "");
  }
}
