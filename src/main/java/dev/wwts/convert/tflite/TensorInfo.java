package dev.wwts.convert.tflite;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A tensor as the file describes it.
 *
 * @param shape N x H x W x C, or fewer dimensions; for weights see {@link Operation}
 * @param type of its elements
 * @param quantization what its codes stand for
 * @param data its little-endian elements where it is a constant, empty where a layer gives it
 */
record TensorInfo(
    List<Integer> shape, ElementType type, Quantization quantization, ByteBuffer data) {
  /** Copies the list. */
  TensorInfo {
    shape = List.copyOf(shape);
  }

  boolean isConstant() {
    return data.capacity() > 0;
  }

  long elements() {
    return shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
  }

  int size(int dimension) {
    return shape.get(dimension);
  }
}
