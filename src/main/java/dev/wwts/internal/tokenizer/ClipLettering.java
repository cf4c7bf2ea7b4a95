package dev.wwts.internal.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * CLIP's: composed, with one space for several, in lower case; runs of letters, single numbers and
 * runs of anything else are words; their UTF-8 bytes are the first pieces, the last one of each
 * word another than within it.
 */
final class ClipLettering implements Lettering {
  /** What a character is to the words around it. */
  enum Kind {
    /** Stands with other letters. */
    LETTER,
    /** Stands alone. */
    NUMBER,
    /** Between words. */
    SPACE,
    /** Punctuation, marks and the like stand together. */
    OTHER
  }

  private static final CharacterTable<Kind> TABLE =
      CharacterTable.read("clip-characters.txt", Kind.class, Kind.OTHER);

  /** Cut in three, but for what follows them, where they are no added tokens. */
  private static final List<String> MARKS = List.of("startoftext", "endoftext");

  private static final List<String> ENDINGS = List.of("'s", "'t", "'re", "'ve", "'m", "'ll", "'d");
  private static final String END_OF_WORD = "</w>";

  private final int[] inner = new int[256];
  private final int[] last = new int[256];

  /**
   * One for a vocabulary.
   *
   * @throws IllegalArgumentException if a byte has no piece in it
   */
  ClipLettering(BytePairs vocabulary) {
    int others = 256;
    for (int value = 0; value < inner.length; value++) {
      // GPT-2's bytes_to_unicode: those that are no visible characters are shown by others
      boolean isShown =
          (value > 0x20 && value < 0x7F) || (value > 0xA0 && value < 0x100 && value != 0xAD);
      String shown = Character.toString(isShown ? value : others++);
      inner[value] = vocabulary.id(shown);
      last[value] = vocabulary.id(shown + END_OF_WORD);
      if (inner[value] < 0 || last[value] < 0) {
        throw new IllegalArgumentException(
            "The vocabulary lacks '%s' or '%s'.".formatted(shown, shown + END_OF_WORD));
      }
    }
  }

  @Override
  public String written(String text) {
    StringBuilder written = new StringBuilder(text.length());
    boolean isSpace = false;
    String composed = Composition.of(text);
    for (int at = 0; at < composed.length(); ) {
      int point = composed.codePointAt(at);
      at += Character.charCount(point);
      boolean wasSpace = isSpace;
      isSpace = TABLE.kind(point) == Kind.SPACE;
      if (!isSpace) {
        lower(point, written);
      } else if (!wasSpace) {
        written.append(' ');
      }
    }
    return written.toString();
  }

  /** Writes a character in lower case, which may be several. */
  static void lower(int point, StringBuilder written) {
    int[] lower = TABLE.written(point);
    if (lower == null) {
      written.appendCodePoint(point);
    } else {
      for (int one : lower) {
        written.appendCodePoint(one);
      }
    }
  }

  @Override
  public void cut(String text, Words words) {
    for (int at = 0; at < text.length(); ) {
      String mark = mark(text, at);
      int end = mark.isEmpty() ? end(text, at) : at + 2;
      boolean isSpace = mark.isEmpty() && TABLE.kind(text.codePointAt(at)) == Kind.SPACE;
      if (!isSpace && !words.take(text.substring(at, end))) {
        return;
      }
      if (!mark.isEmpty()) {
        if (!words.take(mark) || !words.take("|>")) {
          return;
        }
        end += mark.length() + 2;
      }
      at = end;
    }
  }

  private static String mark(String text, int at) {
    for (String mark : MARKS) {
      if (text.startsWith("<|" + mark + "|>", at)) {
        return mark;
      }
    }
    return "";
  }

  /** Where the word or the space ends that begins here. */
  private static int end(String text, int at) {
    for (String ending : ENDINGS) {
      if (text.startsWith(ending, at)) {
        return at + ending.length();
      }
    }
    int point = text.codePointAt(at);
    int end = at + Character.charCount(point);
    Kind kind = TABLE.kind(point);
    if (kind == Kind.LETTER || kind == Kind.OTHER) {
      while (end < text.length() && TABLE.kind(text.codePointAt(end)) == kind) {
        end += Character.charCount(text.codePointAt(end));
      }
    }
    return end;
  }

  @Override
  public int[] pieces(String word, int most) {
    byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
    int[] pieces = new int[Math.min(bytes.length, most)];
    for (int i = 0; i < pieces.length; i++) {
      pieces[i] = (i == bytes.length - 1 ? last : inner)[bytes[i] & 0xFF];
    }
    return pieces;
  }
}
