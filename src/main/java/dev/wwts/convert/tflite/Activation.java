package dev.wwts.convert.tflite;

import java.util.List;

/** What a layer does to each of its values at its end. */
enum Activation {
  NONE(Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY),
  RELU(0, Float.POSITIVE_INFINITY),
  RELU6(0, 6);

  /** By their numbers in TFLite's schema. */
  private static final List<String> NAMES =
      List.of("NONE", "RELU", "RELU_N1_TO_1", "RELU6", "TANH", "SIGN_BIT");

  private static final int CODES = 255;

  private final float least;
  private final float most;

  Activation(float least, float most) {
    this.least = least;
    this.most = most;
  }

  float of(float value) {
    return Math.min(Math.max(value, least), most);
  }

  /** The one that an operator's options name. */
  static Activation fused(int code, Faults faults) {
    return switch (code) {
      case 0 -> NONE;
      case 1 -> RELU;
      case 3 -> RELU6;
      default ->
          throw faults.unsupported(
              "has the activation "
                  + (code > 0 && code < NAMES.size() ? NAMES.get(code) : "number " + code));
    };
  }

  /**
   * The one that is named, or else the one that a quantised result implies: converters of 2018 left
   * out what the 8-bit codes cut off anyway. Codes that begin at 0 are a ReLU's; if they also end
   * within a step of 6, a ReLU6's.
   */
  static Activation ofLayer(int code, TensorInfo output, Faults faults) {
    Activation named = fused(code, faults);
    if (named != NONE || !output.type().isByte() || !output.quantization().isThere()) {
      return named;
    }
    double scale = output.quantization().scale(faults);
    if (output.quantization().zero() != output.type().least()) {
      return NONE;
    }
    return Math.abs(CODES * scale - 6) <= scale ? RELU6 : RELU;
  }
}
