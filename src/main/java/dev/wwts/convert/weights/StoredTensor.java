package dev.wwts.convert.weights;

import java.util.List;

/**
 * A tensor in a file of weights.
 *
 * @param type of its elements
 * @param shape its sizes; empty for a single number
 * @param offset where in the file its first element is
 */
record StoredTensor(ElementType type, List<Long> shape, long offset) {
  /** Copies the list. */
  StoredTensor {
    shape = List.copyOf(shape);
  }

  long elements() {
    return shape.stream().reduce(1L, (a, b) -> a * b);
  }

  /** How long its elements are. */
  long bytes() {
    return elements() * type.bytes;
  }
}
