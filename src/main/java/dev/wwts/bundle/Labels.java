package dev.wwts.bundle;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads labels: UTF-8, one a line, LF or CRLF, with or without a BOM and a last line ending. */
final class Labels {
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
    List<String> labels = new ArrayList<>(text.lines().toList());
    if (labels.size() != classes) {
      throw new ModelException(
          Reason.BAD_LABELS,
          "%s: %d labels for %d classes.".formatted(file, labels.size(), classes));
    }
    int blank = labels.indexOf("");
    if (blank >= 0) {
      throw new ModelException(
          Reason.BAD_LABELS, "%s: the label of class %d is empty.".formatted(file, blank));
    }
    return List.copyOf(labels);
  }
}
