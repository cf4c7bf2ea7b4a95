package dev.wwts.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
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
   * Writes S.md and S-*.svg beside S.json, with the facts in S.environment.json where it is.
   *
   * @return what was written
   * @throws IllegalArgumentException if the file holds no JMH results
   */
  public static List<Path> write(Path json) {
    List<JmhResults.Entry> entries = JmhResults.read(json);
    String stem = json.toString().replaceAll("\\.json$", "");
    List<Path> written = new ArrayList<>();
    Path table = Path.of(stem + ".md");
    List<Path> charts = new ArrayList<>();
    try {
      charts.addAll(Charts.write(entries, stem));
    } catch (LinkageError e) {
      // a reduced Java runtime has no java.desktop: the table does without pictures
      charts.clear();
    }
    try {
      Files.writeString(
          table, Table.markdown(entries, environment(Path.of(stem + ".environment.json")), charts));
    } catch (IOException e) {
      throw new UncheckedIOException(table + " can't be written.", e);
    }
    written.add(table);
    written.addAll(charts);
    return written;
  }

  private static JsonNode environment(Path file) {
    if (!Files.exists(file)) {
      return JsonNodeFactory.instance.objectNode();
    }
    try {
      return new ObjectMapper().readTree(file.toFile());
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " can't be read as JSON.", e);
    }
  }

  /** A name for files: the card's, or the processor's. */
  public static String device(Map<String, Object> facts, String device) {
    Object name = facts.get("cpu");
    if (!device.equals("cpu") && facts.get("gpu") instanceof Map<?, ?> gpu && !gpu.isEmpty()) {
      name = gpu.values().iterator().next();
    }
    String words = String.valueOf(name).toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    return words.replaceAll("^-|-$", "");
  }
}
