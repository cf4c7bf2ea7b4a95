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
 * Kinds of characters, and what is written for some of them, from a table that a script in models/
 * takes from the original.
 *
 * @param <K> the kinds
 */
final class CharacterTable<K extends Enum<K>> {
  private record Range<K>(int first, int last, K kind) {}

  private final int[] firsts;
  private final List<Range<K>> ranges;
  private final Map<Integer, int[]> written;
  private final K other;

  private CharacterTable(List<Range<K>> ranges, Map<Integer, int[]> written, K other) {
    this.ranges = ranges;
    this.firsts = ranges.stream().mapToInt(Range::first).toArray();
    this.written = written;
    this.other = other;
  }

  /**
   * Reads one.
   *
   * @param resource lines of {@code kind first last} and {@code write point points…}, hexadecimal
   * @param other the kind of characters that it does not name
   */
  static <K extends Enum<K>> CharacterTable<K> read(String resource, Class<K> kinds, K other) {
    List<Range<K>> ranges = new ArrayList<>();
    Map<Integer, int[]> written = new HashMap<>();
    try (InputStream in = CharacterTable.class.getResourceAsStream(resource);
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(Objects.requireNonNull(in), StandardCharsets.US_ASCII))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.startsWith("#")) {
          String[] fields = line.split(" ");
          int[] points =
              Arrays.stream(fields).skip(1).mapToInt(it -> Integer.parseInt(it, 16)).toArray();
          if (fields[0].equals("write")) {
            written.put(points[0], Arrays.copyOfRange(points, 1, points.length));
          } else {
            K kind = Enum.valueOf(kinds, fields[0].toUpperCase(Locale.ROOT));
            ranges.add(new Range<>(points[0], points[1], kind));
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ranges.sort(Comparator.comparingInt(Range::first));
    return new CharacterTable<>(ranges, written, other);
  }

  K kind(int point) {
    int at = Arrays.binarySearch(firsts, point);
    int before = at >= 0 ? at : -at - 2;
    return before >= 0 && point <= ranges.get(before).last ? ranges.get(before).kind : other;
  }

  /** What is written for a character, or null if it is written as it is. */
  int @Nullable [] written(int point) {
    return written.get(point);
  }
}
