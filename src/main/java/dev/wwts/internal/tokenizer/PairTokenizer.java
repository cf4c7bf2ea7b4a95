package dev.wwts.internal.tokenizer;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * Texts as transformers' {@code CLIPTokenizer} and {@code Siglip2Tokenizer} give them with {@code
 * truncation=True}: added tokens are cut out, what is between them is written and cut into words,
 * and of a word's first pieces {@link BytePairs} makes longer ones.
 */
public final class PairTokenizer implements Tokenizer {
  /**
   * Of a longer word only so many bytes are read: hundreds of times of what a text tower reads. It
   * would be merged as a whole, in memory that grows with it.
   */
  private static final int LONGEST_WORD = 1 << 16;

  /** How texts are written, and cut into words. */
  public enum Style {
    /** CLIP's. */
    CLIP,
    /** Gemma's. */
    GEMMA,
    /** Gemma's, in lower case: SigLIP 2's. */
    GEMMA_LOWER
  }

  /**
   * Pieces with a meaning of their own, by their ids.
   *
   * @param start stands before a text, if anything does
   * @param end stands behind it
   * @param pad fills it up
   * @param added are cut out of a text as it is given
   * @param normalised are cut out of a text as it is written
   */
  public record Special(
      OptionalInt start, int end, int pad, List<Integer> added, List<Integer> normalised) {}

  private final BytePairs vocabulary;
  private final Lettering lettering;
  private final Special special;
  private final AddedTokens added;
  private final AddedTokens normalised;

  /**
   * One for a vocabulary.
   *
   * @throws IllegalArgumentException if the vocabulary lacks a byte or a special piece
   */
  public PairTokenizer(BytePairs vocabulary, Style style, Special special) {
    this.vocabulary = vocabulary;
    this.lettering =
        style == Style.CLIP
            ? new ClipLettering(vocabulary)
            : new GemmaLettering(vocabulary, style == Style.GEMMA_LOWER);
    this.special = special;
    added = new AddedTokens(special.added(), this::piece);
    normalised = new AddedTokens(special.normalised(), this::piece);
    special.start().ifPresent(this::piece);
    piece(special.end());
    piece(special.pad());
  }

  private String piece(int id) {
    if (id < 0 || id >= vocabulary.size() || vocabulary.piece(id).isEmpty()) {
      throw new IllegalArgumentException("The vocabulary has no piece " + id + ".");
    }
    return vocabulary.piece(id);
  }

  @Override
  public int size() {
    return vocabulary.size();
  }

  @Override
  public int pad() {
    return special.pad();
  }

  @Override
  public int[] ids(String text, int length) {
    if (length < 2) {
      throw new IllegalArgumentException("A text takes 2 ids or more, not " + length + ".");
    }
    Row row = new Row(length);
    special.start().ifPresent(row::add);
    added.split(wholeCharacters(text), between -> written(between, row), row::add);
    return row.end();
  }

  /** A text without halves of pairs. */
  private static String wholeCharacters(String text) {
    return text.codePoints()
        .filter(it -> it < Character.MIN_SURROGATE || it > Character.MAX_SURROGATE)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private void written(String between, Row row) {
    if (row.hasRoom() && !between.isEmpty()) {
      normalised.split(
          lettering.written(between), words -> lettering.cut(words, row::word), row::add);
    }
  }

  /** The ids so far. */
  private final class Row {
    private final int[] ids;
    private int count;

    Row(int length) {
      ids = new int[length];
    }

    boolean hasRoom() {
      return count < ids.length - 1;
    }

    void add(int id) {
      if (hasRoom()) {
        ids[count++] = id;
      }
    }

    boolean word(String word) {
      if (hasRoom()) {
        vocabulary.merged(lettering.pieces(word, LONGEST_WORD)).forEach(this::add);
      }
      return hasRoom();
    }

    int[] end() {
      ids[count++] = special.end();
      return Arrays.copyOf(ids, count);
    }
  }
}
