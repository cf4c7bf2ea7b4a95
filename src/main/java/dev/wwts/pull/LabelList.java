package dev.wwts.pull;

import java.util.ArrayList;
import java.util.List;

/**
 * Labels of {@code models/labels}: a line a class, columns between tabs, the label shown in the
 * first.
 */
final class LabelList {
  private LabelList() {}

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
