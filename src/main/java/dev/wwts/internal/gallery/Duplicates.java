package dev.wwts.internal.gallery;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Groups of examples that are chained by similarity: each has another one in its group that is at
 * least so similar. As many searches as there are examples: the time grows with the square.
 */
final class Duplicates {
  private final Map<Long, Long> parents = new HashMap<>();

  private Duplicates() {}

  /**
   * Groups of two or more, the oldest example first in each, and the group with the oldest first.
   */
  static List<List<Example>> of(Snapshot snapshot, double similarity) {
    Duplicates groups = new Duplicates();
    snapshot.forEach(
        (example, embedding) ->
            Search.within(snapshot, embedding, similarity, it -> it.id() > example.id())
                .forEach(it -> groups.join(example.id(), it.example().id())));
    Map<Long, List<Example>> byOldest = new TreeMap<>();
    for (Example example : snapshot.examples()) { // oldest first
      byOldest.computeIfAbsent(groups.oldest(example.id()), id -> new ArrayList<>()).add(example);
    }
    byOldest.values().removeIf(group -> group.size() < 2);
    return List.copyOf(byOldest.values());
  }

  private void join(long one, long other) {
    long first = oldest(one);
    long second = oldest(other);
    if (first != second) {
      parents.put(Math.max(first, second), Math.min(first, second));
    }
  }

  private long oldest(long id) {
    long at = id;
    Long parent = parents.get(at);
    while (parent != null) {
      Long grandparent = parents.get(parent);
      if (grandparent != null) {
        parents.put(at, grandparent); // halves the way for the next
      }
      at = parent;
      parent = grandparent;
    }
    return at;
  }
}
