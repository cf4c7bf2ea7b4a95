package dev.wwts.internal.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * A vocabulary of byte-pair encoding: pieces, whose places are their ids, and which two of them are
 * made one, those first that were learnt first (Sennrich et al., "Neural Machine Translation of
 * Rare Words with Subword Units", 2016).
 */
public final class BytePairs {
  /** Two ids and a rank fit into a long. */
  private static final int MOST_PIECES = 1 << 19;

  private static final int MOST_MERGES = 1 << 24;

  /** Characters; each pair's two are put together to find a third. */
  private static final int LONGEST_PIECE = 1000;

  private final List<String> pieces;
  private final Map<String, Integer> ids = new HashMap<>();

  /** Left id, right id and rank of each pair in a long, ascending. */
  private final long[] pairs;

  /** The id that each pair becomes, by its rank. */
  private final int[] merged;

  /**
   * Reads one.
   *
   * @param merges a line for each pair, its two ids, in the order in which they were learnt
   * @throws IllegalArgumentException if these are not pairs of its pieces that make a third
   */
  public BytePairs(List<String> pieces, List<String> merges) {
    if (pieces.isEmpty() || pieces.size() > MOST_PIECES || merges.size() > MOST_MERGES) {
      throw new IllegalArgumentException(
          "It has %,d pieces and %,d merges.".formatted(pieces.size(), merges.size()));
    }
    if (pieces.stream().anyMatch(it -> it.length() > LONGEST_PIECE)) {
      throw new IllegalArgumentException("A piece has more than 1,000 characters.");
    }
    this.pieces = List.copyOf(pieces);
    for (int id = 0; id < pieces.size(); id++) {
      ids.put(pieces.get(id), id);
    }
    pairs = new long[merges.size()];
    merged = new int[merges.size()];
    for (int rank = 0; rank < pairs.length; rank++) {
      read(merges.get(rank), rank);
    }
    Arrays.sort(pairs);
  }

  private void read(String merge, int rank) {
    int space = merge.indexOf(' ');
    int left = number(merge.substring(0, Math.max(space, 0)));
    int right = number(merge.substring(space + 1));
    if (left < 0 || right < 0) {
      throw new IllegalArgumentException(
          "Merge %,d, '%s', is not the ids of two pieces.".formatted(rank, merge));
    }
    int id = id(pieces.get(left) + pieces.get(right));
    if (id < 0) {
      throw new IllegalArgumentException(
          "Merge %,d makes '%s', which is no piece."
              .formatted(rank, pieces.get(left) + pieces.get(right)));
    }
    pairs[rank] = key(left, right, rank);
    merged[rank] = id;
  }

  /** An id, or -1. */
  private int number(String digits) {
    boolean isNumber = digits.matches("[0-9]{1,7}");
    int id = isNumber ? Integer.parseInt(digits) : -1;
    return id < pieces.size() ? id : -1;
  }

  private static long key(int left, int right, int rank) {
    return ((long) left << 44) | ((long) right << 24) | rank;
  }

  int size() {
    return pieces.size();
  }

  String piece(int id) {
    return pieces.get(id);
  }

  /** The id of a piece, or -1. */
  int id(String piece) {
    return ids.getOrDefault(piece, -1);
  }

  /** The rank of two neighbours, or -1; of a pair that was learnt twice the last counts. */
  private int rank(int left, int right) {
    int at = Arrays.binarySearch(pairs, key(left, right, MOST_MERGES - 1));
    long found = at >= 0 ? pairs[at] : at < -1 ? pairs[-at - 2] : -1;
    return found >= key(left, right, 0) ? (int) (found & (MOST_MERGES - 1)) : -1;
  }

  /** Makes pieces of a word's first ones, until no two neighbours are a pair. */
  List<Integer> merged(int[] word) {
    return new Merging(word).run();
  }

  /** One word: a list of pieces, linked in both directions, and the pairs that wait. */
  private final class Merging {
    private final int[] ids;
    private final int[] next;
    private final int[] previous;

    /** Rank and place: the pair that was learnt first, of equal ones the first in the word. */
    private final PriorityQueue<Long> waiting = new PriorityQueue<>();

    Merging(int[] word) {
      ids = word;
      next = new int[word.length];
      previous = new int[word.length];
      for (int at = 0; at < word.length; at++) {
        next[at] = at + 1;
        previous[at] = at - 1;
      }
    }

    List<Integer> run() {
      for (int at = 0; at + 1 < ids.length; at++) {
        queue(at);
      }
      for (Long first = waiting.poll(); first != null; first = waiting.poll()) {
        merge((int) (first >>> 32), first.intValue());
      }
      List<Integer> left = new ArrayList<>();
      for (int at = 0; at < ids.length; at = next[at]) {
        left.add(ids[at]);
      }
      return left;
    }

    /** Lets a piece and the one behind it wait, if they are a pair. */
    private void queue(int at) {
      int rank = at >= 0 && next[at] < ids.length ? rank(ids[at], ids[next[at]]) : -1;
      if (rank >= 0) {
        waiting.add(((long) rank << 32) | at);
      }
    }

    private void merge(int rank, int at) {
      int right = next[at];
      // either may have become another piece since, or be gone
      int now = ids[at] < 0 || right >= ids.length ? -1 : rank(ids[at], ids[right]);
      if (now < 0 || merged[now] != merged[rank]) {
        return;
      }
      ids[at] = merged[rank];
      ids[right] = -1;
      next[at] = next[right];
      if (next[at] < ids.length) {
        previous[next[at]] = at;
      }
      queue(previous[at]);
      queue(at);
    }
  }
}
