package dev.wwts.internal.tokenizer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A WordPiece vocabulary: pieces and their ids, which are their lines. A piece that begins with ##
 * continues a word.
 */
public final class Vocabulary {
  /** Those that a text can name, and that stand for something else than their letters. */
  static final List<String> SPECIAL = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");

  private static final String CONTINUES = "##";

  private final Map<String, Integer> ids = new HashMap<>();
  private final Map<String, Integer> continuing = new HashMap<>();
  private final int size;

  private Vocabulary(List<String> pieces) {
    size = pieces.size();
    for (int id = 0; id < pieces.size(); id++) {
      String piece = pieces.get(id);
      ids.put(piece, id); // of two equal ones the last counts, as in Python
      if (piece.startsWith(CONTINUES)) {
        continuing.put(piece.substring(CONTINUES.length()), id);
      }
    }
  }

  /**
   * Reads one as Python does: a line a piece, whatever ends the lines.
   *
   * @throws IllegalArgumentException if it lacks a special piece, or holds marks whose order in a
   *     text this tokenizer does not restore
   */
  public static Vocabulary of(String text) {
    List<String> pieces = new ArrayList<>(List.of(text.split("\r\n|\r|\n", -1)));
    if (pieces.get(pieces.size() - 1).isEmpty()) {
      pieces.remove(pieces.size() - 1); // what follows the last line's end is no line
    }
    Vocabulary vocabulary = new Vocabulary(pieces);
    for (String special : SPECIAL) {
      if (!vocabulary.ids.containsKey(special)) {
        throw new IllegalArgumentException("The vocabulary has no " + special + ".");
      }
    }
    for (String piece : pieces) {
      if (piece.codePoints().anyMatch(Vocabulary::isMark)) {
        throw new IllegalArgumentException(
            "The vocabulary has combining marks, as in '" + piece + "', which can't be had here.");
      }
    }
    return vocabulary;
  }

  /** A word with one that is in no piece is unknown, wherever the mark stands in it. */
  private static boolean isMark(int point) {
    return BertCharacters.kind(point) == BertCharacters.Kind.MARK;
  }

  /** How many ids there are: one a line, also of a piece that is there again. */
  int size() {
    return size;
  }

  /** The id of a special piece. */
  int special(String piece) {
    Integer id = ids.get(piece);
    if (id == null) {
      throw new IllegalArgumentException(piece + " is none of " + SPECIAL + ".");
    }
    return id;
  }

  /** The id of a piece that begins a word, or continues one, or -1. */
  int id(String piece, boolean continues) {
    return (continues ? continuing : ids).getOrDefault(piece, -1);
  }
}
