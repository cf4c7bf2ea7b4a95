package dev.wwts.convert.weights;

import java.util.List;

/**
 * A tensor in a file of weights.
 *
 * @param type of its elements
 * @param shape its sizes; empty for a single number
 * @param offset where in the file its elements begin
 * @param bytes how long they are
 */
record StoredTensor(ElementType type, List<Long> shape, long offset, long bytes) {
  /** Copies the list. */
  StoredTensor {
    shape = List.copyOf(shape);
  }
}
