package dev.wwts.benchmarks;

import dev.wwts.Recognizer;
import dev.wwts.SplitBatches;
import dev.wwts.internal.inspect.Installation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Sentences that a measuring process leaves for the suite, in the file that -Dwwts.notes names: how
 * the model ran, and what the card says while it is warm. Processes that JMH runs by itself have no
 * such file and leave none.
 */
final class Notes {
  /** The system property that names the file. */
  static final String PROPERTY = "wwts.notes";

  private static final String WARNING = "warning ";
  private static final String REMARK = "remark ";

  private Notes() {}

  /** What the file holds of each. */
  record Read(List<String> warnings, List<String> remarks) {}

  /** Whether the recognizer split its batch or left its precision, and what it says of itself. */
  static void of(Recognizer recognizer, String precision) {
    recognizer.remarks().forEach(remark -> write(REMARK + remark));
    String ran = String.valueOf(recognizer.model().precision());
    Marks.most("batch.split", SplitBatches.of(recognizer) ? 1 : 0, "yes/no");
    Marks.most("precision.fallback", ran.equals(precision) ? 0 : 1, "yes/no");
  }

  /** What makes figures of a card doubtful: other processes, a clock held down. */
  static void ofCard(String device) {
    if (device.startsWith("cuda")) {
      Installation.cudaWarnings().forEach(warning -> write(WARNING + warning));
    }
  }

  private static void write(String line) {
    String file = System.getProperty(PROPERTY);
    if (file == null) {
      return;
    }
    try {
      Files.writeString(
          Path.of(file), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads and removes the file. */
  static Read take(Path file) throws IOException {
    List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
    Files.deleteIfExists(file);
    return new Read(having(WARNING, lines), having(REMARK, lines));
  }

  private static List<String> having(String kind, List<String> lines) {
    return lines.stream()
        .filter(line -> line.startsWith(kind))
        .map(line -> line.substring(kind.length()))
        .distinct()
        .toList();
  }
}
