package dev.wwts.internal.model;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.internal.text.Printable;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Reads what each class is called, belongs to and must reach: UTF-8, one a line, LF or CRLF, with
 * or without a BOM and a last line ending.
 */
final class Labels {
  private static final int LONGEST = 1000;
  private static final Pattern NUMBER = Pattern.compile("\\d{1,3}([.]\\d{1,60})?([eE]-?\\d{1,2})?");

  private final String file;
  private final int classes;

  Labels(String file, int classes) {
    this.file = file;
    this.classes = classes;
  }

  /** The name of each class. */
  List<String> labels(byte[] utf8) {
    List<String> labels = lines(utf8, "label");
    for (int i = 0; i < classes; i++) {
      require(i, "label", Printable.isVisible(labels.get(i)) ? fault(labels.get(i)) : "is empty");
    }
    return List.copyOf(labels);
  }

  /** The category of each class; empty of those that have none. */
  List<String> roots(byte[] utf8) {
    List<String> roots = lines(utf8, "root");
    Map<String, String> once = new HashMap<>(); // one for all classes of it
    for (int i = 0; i < classes; i++) {
      require(i, "root", fault(roots.get(i)));
      roots.set(i, once.computeIfAbsent(roots.get(i), it -> it));
    }
    return List.copyOf(roots);
  }

  /** What the confidence of each class must reach. */
  float[] thresholds(byte[] utf8) {
    List<String> lines = lines(utf8, "threshold");
    float[] thresholds = new float[classes];
    for (int i = 0; i < classes; i++) {
      String line = lines.get(i);
      double value = NUMBER.matcher(line).matches() ? Double.parseDouble(line) : -1;
      require(i, "threshold", value >= 0 && value <= 1 ? "" : "is not a number from 0 to 1");
      thresholds[i] = (float) value;
    }
    return thresholds;
  }

  private void require(int index, String what, String fault) {
    if (!fault.isEmpty()) {
      throw new ModelException(
          Reason.BAD_LABELS, "%s: the %s of class %d %s.".formatted(file, what, index, fault));
    }
  }

  private List<String> lines(byte[] utf8, String what) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw new ModelException(
          Reason.BAD_LABELS, "%s: the %ss are not UTF-8.".formatted(file, what), e);
    }
    List<String> lines = lines(text.startsWith("\uFEFF") ? text.substring(1) : text);
    if (lines.size() != classes) {
      throw new ModelException(
          Reason.BAD_LABELS,
          "%s: %d %ss for %d classes.".formatted(file, lines.size(), what, classes));
    }
    return lines;
  }

  /** Only LF and CRLF end a line, as in the exporters; any other line break is a fault. */
  private static List<String> lines(String text) {
    List<String> lines = new ArrayList<>();
    for (int from = 0; from < text.length(); ) {
      int end = text.indexOf('\n', from);
      int to = end < 0 ? text.length() : end;
      lines.add(text.substring(from, to > from && text.charAt(to - 1) == '\r' ? to - 1 : to));
      from = to + 1;
    }
    return lines;
  }

  private static String fault(String label) {
    if (!Printable.isPlain(label)) {
      return "has control characters or line breaks: " + Printable.line(label, 60);
    }
    return label.length() > LONGEST ? "has more than " + LONGEST + " characters" : "";
  }
}
