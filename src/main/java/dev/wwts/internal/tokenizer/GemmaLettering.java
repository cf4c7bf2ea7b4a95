package dev.wwts.internal.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Gemma's, as SigLIP 2 has it: spaces are a character of their own, a text is one word, and its
 * characters are the first pieces; of one that is no piece its UTF-8 bytes.
 */
final class GemmaLettering implements Lettering {
  private static final char SPACE = '\u2581';

  private final BytePairs vocabulary;
  private final boolean isLower;
  private final int[] bytes = new int[256];

  /**
   * One for a vocabulary.
   *
   * @param isLower whether texts are read in lower case
   * @throws IllegalArgumentException if a byte has no piece in it
   */
  GemmaLettering(BytePairs vocabulary, boolean isLower) {
    this.vocabulary = vocabulary;
    this.isLower = isLower;
    for (int value = 0; value < bytes.length; value++) {
      String piece = "<0x%02X>".formatted(value);
      bytes[value] = vocabulary.id(piece);
      if (bytes[value] < 0) {
        throw new IllegalArgumentException("The vocabulary lacks '" + piece + "'.");
      }
    }
  }

  @Override
  public String written(String text) {
    StringBuilder written = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            point -> {
              if (point == ' ') {
                written.append(SPACE);
              } else if (isLower) {
                ClipLettering.lower(point, written);
              } else {
                written.appendCodePoint(point);
              }
            });
    return written.toString();
  }

  @Override
  public void cut(String written, Words words) {
    if (!written.isEmpty()) {
      words.take(written);
    }
  }

  @Override
  public int[] pieces(String word, int most) {
    int[] pieces = new int[Math.min(4 * word.length(), most)];
    int count = 0;
    for (int at = 0; at < word.length() && count < pieces.length; ) {
      int end = word.offsetByCodePoints(at, 1);
      String character = word.substring(at, end);
      int id = vocabulary.id(character);
      byte[] utf8 = character.getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i < (id < 0 ? utf8.length : 1) && count < pieces.length; i++) {
        pieces[count++] = id < 0 ? bytes[utf8[i] & 0xFF] : id;
      }
      at = end;
    }
    return Arrays.copyOf(pieces, count);
  }
}
