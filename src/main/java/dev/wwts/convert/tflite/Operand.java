package dev.wwts.convert.tflite;

import java.util.List;

/**
 * What arithmetic is done with: a tensor that was computed, or a constant.
 *
 * @param tensor its number, for all values or one a channel; -1 for a constant
 * @param values of a constant: one, or one a channel
 */
record Operand(int tensor, List<Float> values) {
  /** Copies the list. */
  Operand {
    values = List.copyOf(values);
  }

  static Operand computed(int tensor) {
    return new Operand(tensor, List.of());
  }

  static Operand constant(List<Float> values) {
    return new Operand(-1, values);
  }

  boolean isConstant() {
    return !values.isEmpty();
  }
}
