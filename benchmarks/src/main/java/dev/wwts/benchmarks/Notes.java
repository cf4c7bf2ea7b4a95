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

  static final String WARNING = "warning ";
  static final String REMARK = "remark ";

  private Notes() {}

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
    try {
      if (file != null) {
        Files.writeString(
            Path.of(file), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Those of a kind that the file holds. */
  static List<String> read(Path file, String kind) throws IOException {
    return !Files.exists(file)
        ? List.of()
        : Files.readAllLines(file).stream()
            .filter(line -> line.startsWith(kind))
            .map(line -> line.substring(kind.length()))
            .distinct()
            .toList();
  }
}
