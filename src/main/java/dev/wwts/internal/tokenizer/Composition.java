package dev.wwts.internal.tokenizer;

import java.text.Normalizer;

/**
 * Letters and their marks as one character each (NFC), as the original composes them, whose Unicode
 * is older than Java's: characters that it does not know go by themselves. What it knows Java's
 * composes alike, also in later versions; Unicode promises that.
 */
final class Composition {
  private enum Kind {
    /** Composed of others, a part of them, or sorted among marks. */
    COMPOSING,
    /** Left as it is, and what stands before has nothing to do with what stands behind. */
    PLAIN
  }

  private static final CharacterTable<Kind> TABLE =
      CharacterTable.read("composing-characters.txt", Kind.class, Kind.PLAIN);

  private Composition() {}

  static String of(String text) {
    StringBuilder composed = new StringBuilder(text.length());
    int from = 0;
    for (int at = 0; at < text.length(); ) {
      int point = text.codePointAt(at);
      int next = at + Character.charCount(point);
      if (TABLE.kind(point) == Kind.PLAIN) {
        composed.append(nfc(text, from, at)).appendCodePoint(point);
        from = next;
      }
      at = next;
    }
    return composed.append(nfc(text, from, text.length())).toString();
  }

  private static String nfc(String text, int from, int to) {
    return from == to ? "" : Normalizer.normalize(text.substring(from, to), Normalizer.Form.NFC);
  }
}
