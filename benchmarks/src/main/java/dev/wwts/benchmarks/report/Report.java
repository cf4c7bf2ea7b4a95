package dev.wwts.benchmarks.report;

import dev.wwts.report.LineChart;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What people read of a run: a table and pictures, made from its two files of JSON. */
public final class Report {
  private Report() {}

  /**
   * Writes S.md and S-*.svg beside S.json, with the facts in S.environment.json where it is.
   * Pictures that can't be drawn are left out, with a sentence on stderr.
   *
   * @return what was written, the table first
   * @throws IllegalArgumentException if the file holds no JMH results
   */
  public static List<Path> write(Path json) {
    Run run = Run.read(json);
    Path table = Path.of(Run.stem(json) + ".md");
    // first without pictures: whatever happens while they are drawn, the table is there
    write(table, Tables.of(run, List.of()));
    List<Path> written = new ArrayList<>(List.of(table));
    try {
      Charts.write(run, Run.stem(json), written::add);
    } catch (LinkageError | InternalError e) {
      System.err.println(LineChart.unavailable(e));
    }
    write(table, Tables.of(run, written.subList(1, written.size())));
    return written;
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " can't be written.", e);
    }
  }
}
