package dev.wwts.internal.gallery;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * A gallery as it was after one change; never changed itself, so that any thread reads it.
 *
 * @param threshold below this similarity nothing is recognised
 */
record Snapshot(List<Segment> segments, double threshold) {
  static final Snapshot EMPTY = new Snapshot(List.of(), -1);

  int size() {
    int size = 0;
    for (Segment segment : segments) {
      size += segment.live();
    }
    return size;
  }

  /** All examples, oldest first. */
  List<Example> examples() {
    List<Example> examples = new ArrayList<>();
    forEach((example, embedding) -> examples.add(example));
    examples.sort(Comparator.comparingLong(Example::id));
    return examples;
  }

  /** All examples, in no order, with the blocks' copies of their embeddings. */
  void forEach(BiConsumer<Example, float[]> action) {
    for (Segment segment : segments) {
      for (int row = 0; row < segment.rows(); row++) {
        if (segment.isLive(row)) {
          action.accept(segment.block().example(row), segment.block().embedding(row));
        }
      }
    }
  }
}
