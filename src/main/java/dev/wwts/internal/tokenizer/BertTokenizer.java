package dev.wwts.internal.tokenizer;

import dev.wwts.internal.tokenizer.BertCharacters.Kind;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Texts as BERT's uncased models and Chinese-CLIP's text tower read them: the ids that
 * transformers' {@code BertTokenizer} gives with {@code truncation=True}.
 *
 * <p>A text is cut at special pieces that stand in it; then characters are replaced or left out as
 * {@link BertCharacters} says, words are cut at spaces, around punctuation and ideographs; and a
 * word becomes the longest pieces that it begins with, one after the other, or is unknown as a
 * whole.
 */
public final class BertTokenizer implements Tokenizer {
  /** In transformers, a longer word is unknown, in characters. */
  public static final int LONGEST_WORD = 100;

  /** In Chinese-CLIP's own code. */
  public static final int LONGEST_WORD_OF_CHINESE_CLIP = 200;

  private static final Pattern SPECIAL =
      Pattern.compile(
          Vocabulary.SPECIAL.stream().map(Pattern::quote).collect(Collectors.joining("|")));

  private final Vocabulary vocabulary;
  private final int longestWord;

  /** One for a vocabulary, with transformers' longest word. */
  public BertTokenizer(Vocabulary vocabulary) {
    this(vocabulary, LONGEST_WORD);
  }

  /**
   * One for a vocabulary.
   *
   * @param longestWord a longer word is unknown, in characters
   */
  public BertTokenizer(Vocabulary vocabulary, int longestWord) {
    this.vocabulary = vocabulary;
    this.longestWord = longestWord;
  }

  @Override
  public int size() {
    return vocabulary.size();
  }

  @Override
  public int pad() {
    return vocabulary.special("[PAD]");
  }

  /** {@inheritDoc} These are [CLS], its pieces, and [SEP]. */
  @Override
  public int[] ids(String text, int length) {
    if (length < 2) {
      throw new IllegalArgumentException("A text takes 2 ids or more, not " + length + ".");
    }
    Row row = new Row(length);
    Matcher special = SPECIAL.matcher(text);
    int from = 0;
    while (row.hasRoom() && special.find()) {
      words(text, from, special.start(), row);
      row.add(vocabulary.special(special.group()));
      from = special.end();
    }
    words(text, from, text.length(), row);
    return row.end();
  }

  private void words(String text, int from, int to, Row row) {
    for (int at = from; at < to && row.hasRoom(); ) {
      int point = text.codePointAt(at);
      at += Character.charCount(point);
      int[] written = BertCharacters.written(point);
      if (written == null) {
        row.character(point, BertCharacters.kind(point));
      } else {
        for (int one : written) {
          row.character(one, BertCharacters.kind(one));
        }
      }
    }
    row.endWord();
  }

  /** The ids so far, and the word that has begun. */
  private final class Row {
    private final int[] ids;
    private int count;
    private final StringBuilder word = new StringBuilder();
    private int characters;

    Row(int length) {
      ids = new int[length];
      ids[count++] = vocabulary.special("[CLS]");
    }

    boolean hasRoom() {
      return count < ids.length - 1;
    }

    void add(int id) {
      if (hasRoom()) {
        ids[count++] = id;
      }
    }

    int[] end() {
      ids[count++] = vocabulary.special("[SEP]");
      return Arrays.copyOf(ids, count);
    }

    void character(int point, Kind kind) {
      switch (kind) {
        case REMOVED -> {}
        case SPACE -> endWord();
        case ALONE -> {
          endWord();
          inner(point);
          endWord();
        }
        case INNER, MARK -> inner(point);
      }
    }

    private void inner(int point) {
      if (characters++ < longestWord) { // of a longer one only the length counts
        word.appendCodePoint(point);
      }
    }

    void endWord() {
      if (characters > longestWord || (characters > 0 && !pieces(word.toString()))) {
        add(vocabulary.special("[UNK]"));
      }
      word.setLength(0);
      characters = 0;
    }

    /** Adds a word's pieces; if there are none for a part of it, nothing. */
    private boolean pieces(String whole) {
      int before = count;
      for (int from = 0; from < whole.length(); ) {
        int to = whole.length();
        int id = vocabulary.id(whole.substring(from, to), from > 0);
        while (id < 0 && to > from) {
          to = whole.offsetByCodePoints(to, -1);
          id = vocabulary.id(whole.substring(from, to), from > 0);
        }
        if (to == from) {
          count = before;
          return false;
        }
        add(id);
        from = to;
      }
      return true;
    }
  }
}
