package dev.wwts.convert.tflite;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A layer's weights and bias in float32, in the order that {@link Operation} says. */
final class Weights {
  private final List<Integer> shape;
  private final float[] values;
  private final float[] bias;

  Weights(List<Integer> shape, float[] values, float[] bias) {
    this.shape = List.copyOf(shape);
    this.values = values;
    this.bias = bias;
  }

  int size(int dimension) {
    return shape.get(dimension);
  }

  float[] values() {
    return values;
  }

  float[] bias() {
    return bias;
  }

  /** The same without the first output; outputs are the first dimension. */
  Weights withoutFirst() {
    List<Integer> fewer = new ArrayList<>(shape);
    fewer.set(0, shape.get(0) - 1);
    return new Weights(
        fewer,
        Arrays.copyOfRange(values, values.length / shape.get(0), values.length),
        Arrays.copyOfRange(bias, 1, bias.length));
  }
}
