package dev.wwts.internal.model;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.internal.text.Printable;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads labels: UTF-8, one a line, LF or CRLF, with or without a BOM and a last line ending. */
final class Labels {
  private static final int LONGEST = 1000;

  private Labels() {}

  static List<String> read(byte[] utf8, int classes, String file) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw new ModelException(Reason.BAD_LABELS, file + ": the labels are not UTF-8.", e);
    }
    if (text.startsWith("\uFEFF")) {
      text = text.substring(1);
    }
    List<String> labels = lines(text);
    if (labels.size() != classes) {
      throw new ModelException(
          Reason.BAD_LABELS,
          "%s: %d labels for %d classes.".formatted(file, labels.size(), classes));
    }
    for (int i = 0; i < classes; i++) {
      String fault = fault(labels.get(i));
      if (!fault.isEmpty()) {
        throw new ModelException(
            Reason.BAD_LABELS, "%s: the label of class %d %s.".formatted(file, i, fault));
      }
    }
    return List.copyOf(labels);
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
    if (!Printable.isVisible(label)) {
      return "is empty";
    }
    if (!Printable.isPlain(label)) {
      return "has control characters or line breaks: " + Printable.line(label, 60);
    }
    return label.length() > LONGEST ? "has more than " + LONGEST + " characters" : "";
  }
}
