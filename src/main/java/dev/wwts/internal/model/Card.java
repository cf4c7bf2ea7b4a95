package dev.wwts.internal.model;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.internal.text.Printable;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Reads a model's card: UTF-8, lines that can be shown as they are, LF. */
final class Card {
  /** Bytes. */
  static final long MOST = 1 << 16;

  private Card() {}

  static String read(byte[] utf8, Path file) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw new ModelException(Reason.CORRUPT, file + ": its card.md is not UTF-8.", e);
    }
    if (!Printable.isPlain(text.replace('\n', ' '))) {
      throw new ModelException(
          Reason.CORRUPT, file + ": its card.md has control characters: export it again.");
    }
    return text;
  }
}
