package dev.wwts.pull;

import dev.wwts.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Labels of {@code models/labels}: a line a class, columns between tabs, the label shown in the
 * first.
 */
public final class LabelList {
  private LabelList() {}

  /**
   * The labels in a file.
   *
   * @throws ModelException if it can't be read, or is no UTF-8
   */
  public static List<String> read(Path file) {
    try {
      return read(Files.readString(file));
    } catch (IOException e) {
      throw new ModelException(
          ModelException.Reason.BAD_LABELS, file + " can't be read as labels in UTF-8.", e);
    }
  }

  static List<String> read(String text) {
    List<String> labels = new ArrayList<>();
    for (String line : text.split("\n", -1)) {
      if (!line.isBlank() && !line.startsWith("#")) {
        labels.add(line.split("\t", -1)[0].strip());
      }
    }
    return labels;
  }
}
