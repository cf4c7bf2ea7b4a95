package dev.wwts.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What people read of a run: a table and pictures, made from its two files of JSON. */
public final class Report {
  private Report() {}

  /**
   * Writes S.md and S-*.svg beside S.json, with the facts in S.environment.json where it is. A
   * picture that can't be drawn is left out, with a warning in the log.
   *
   * @return what was written, the table first
   * @throws IllegalArgumentException if the file holds no JMH results
   */
  public static List<Path> write(Path json) {
    Run run = Run.read(json);
    Path table = Path.of(Run.stem(json) + ".md");
    // first without pictures: whatever happens while they are drawn, the table is there
    write(table, Table.markdown(run, List.of()));
    List<Path> charts = Charts.write(run.entries(), Run.stem(json));
    write(table, Table.markdown(run, charts));
    List<Path> written = new ArrayList<>(List.of(table));
    written.addAll(charts);
    return written;
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
    String words = String.valueOf(name).toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    return words.replaceAll("^-|-$", "");
  }
}
