package dev.wwts.internal.tokenizer;

import org.jspecify.annotations.Nullable;

/**
 * What BertTokenizer makes of each character, from a table that models/bert_tokens.py takes from
 * the original: which are left out, which separate words, which are words by themselves, and what
 * is written for the others (decomposed, without accents, in lower case).
 */
final class BertCharacters {
  /** What a character is to the words around it. */
  enum Kind {
    /** Part of a word. */
    INNER,
    /** Left out: accents, controls. */
    REMOVED,
    /** Between words. */
    SPACE,
    /** A word by itself: punctuation, ideographs. */
    ALONE,
    /** Part of a word; Unicode gives several of these an order of their own. */
    MARK
  }

  private static final int FIRST_SYLLABLE = 0xAC00;
  private static final int LAST_SYLLABLE = 0xD7A3;
  private static final CharacterTable<Kind> TABLE =
      CharacterTable.read("bert-characters.txt", Kind.class, Kind.INNER);

  private BertCharacters() {}

  static Kind kind(int point) {
    return TABLE.kind(point);
  }

  /** What is written for a character that is not left out, or null if it is written as it is. */
  static int @Nullable [] written(int point) {
    return point >= FIRST_SYLLABLE && point <= LAST_SYLLABLE
        ? letters(point - FIRST_SYLLABLE)
        : TABLE.written(point);
  }

  /** A Korean syllable's letters; Unicode, chapter 3.12. */
  private static int[] letters(int syllable) {
    int first = 0x1100 + syllable / (21 * 28);
    int vowel = 0x1161 + syllable / 28 % 21;
    int last = 0x11A7 + syllable % 28;
    return last == 0x11A7 ? new int[] {first, vowel} : new int[] {first, vowel, last};
  }
}
