package dev.wwts.convert.tflite;

import dev.wwts.ModelException;
import java.util.List;

/**
 * What a tensor's codes stand for: value = scale x (code - zero point).
 *
 * @param scales one, or one for each index of {@code dimension}; empty for a tensor of plain values
 * @param zeros the zero points, as many
 * @param dimension along which scales differ
 */
record Quantization(List<Float> scales, List<Long> zeros, int dimension) {
  static final Quantization NONE = new Quantization(List.of(), List.of(), 0);

  /** Copies the lists. */
  Quantization {
    scales = List.copyOf(scales);
    zeros = List.copyOf(zeros);
  }

  boolean isThere() {
    return !scales.isEmpty();
  }

  /**
   * The one scale of a tensor that a layer gives or takes.
   *
   * @throws ModelException if there are several, which TFLite itself knows for weights only
   */
  float scale(Faults faults) {
    if (scales.size() != 1) {
      throw faults.corrupt("a layer's result has %d scales".formatted(scales.size()));
    }
    return scales.get(0);
  }

  long zero() {
    return zeros.get(0);
  }
}
