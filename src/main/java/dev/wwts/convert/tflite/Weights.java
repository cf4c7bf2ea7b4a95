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

  /** O x kH x kW x I to kH x kW x I x O: a loop over outputs then goes along memory. */
  float[] outputsLast() {
    int outputs = size(0);
    int rest = values.length / outputs;
    float[] turned = new float[values.length];
    for (int o = 0; o < outputs; o++) {
      for (int i = 0; i < rest; i++) {
        turned[i * outputs + o] = values[o * rest + i];
      }
    }
    return turned;
  }

  /** O x kH x kW x I to O x I x kH x kW, as LibTorch has convolutions. */
  float[] inputsSecond() {
    int inputs = size(3);
    int taps = size(1) * size(2);
    float[] turned = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      int tap = i / inputs % taps;
      turned[(i / (taps * inputs) * inputs + i % inputs) * taps + tap] = values[i];
    }
    return turned;
  }

  /** 1 x kH x kW x O to O x 1 x kH x kW, the same of those of each channel for itself. */
  float[] outputsFirst() {
    int outputs = size(3);
    int taps = size(1) * size(2);
    float[] turned = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      turned[i % outputs * taps + i / outputs] = values[i];
    }
    return turned;
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
