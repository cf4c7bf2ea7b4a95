package dev.wwts.internal.tokenizer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
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

  private record Range(int first, int last, Kind kind) {}

  private static final int FIRST_SYLLABLE = 0xAC00;
  private static final int LAST_SYLLABLE = 0xD7A3;
  private static final BertCharacters TABLE = read();

  private final int[] firsts;
  private final Range[] ranges;
  private final Map<Integer, int[]> written;

  private BertCharacters(List<Range> ranges, Map<Integer, int[]> written) {
    ranges.sort(Comparator.comparingInt(Range::first));
    this.ranges = ranges.toArray(Range[]::new);
    firsts = ranges.stream().mapToInt(Range::first).toArray();
    this.written = written;
  }

  static BertCharacters table() {
    return TABLE;
  }

  Kind kind(int point) {
    int at = Arrays.binarySearch(firsts, point);
    Range range = at >= 0 ? ranges[at] : at < -1 ? ranges[-at - 2] : null;
    return range != null && point <= range.last ? range.kind : Kind.INNER;
  }

  /** What is written for a character that is not left out, or null if it is written as it is. */
  int @Nullable [] written(int point) {
    return point >= FIRST_SYLLABLE && point <= LAST_SYLLABLE
        ? letters(point - FIRST_SYLLABLE)
        : written.get(point);
  }

  /** A Korean syllable's letters; Unicode, chapter 3.12. */
  private static int[] letters(int syllable) {
    int first = 0x1100 + syllable / (21 * 28);
    int vowel = 0x1161 + syllable / 28 % 21;
    int last = 0x11A7 + syllable % 28;
    return last == 0x11A7 ? new int[] {first, vowel} : new int[] {first, vowel, last};
  }

  private static BertCharacters read() {
    List<Range> ranges = new ArrayList<>();
    Map<Integer, int[]> written = new HashMap<>();
    try (InputStream in = BertCharacters.class.getResourceAsStream("bert-characters.txt");
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(Objects.requireNonNull(in), StandardCharsets.US_ASCII))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] fields = line.split(" ");
        if (fields[0].equals("write")) {
          int[] points =
              Arrays.stream(fields).skip(2).mapToInt(it -> Integer.parseInt(it, 16)).toArray();
          written.put(Integer.parseInt(fields[1], 16), points);
        } else if (!fields[0].equals("#")) {
          ranges.add(
              new Range(
                  Integer.parseInt(fields[1], 16),
                  Integer.parseInt(fields[2], 16),
                  Kind.valueOf(fields[0].toUpperCase(Locale.ROOT))));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new BertCharacters(ranges, written);
  }
}
