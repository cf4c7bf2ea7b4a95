package dev.wwts.convert.tflite;

import java.util.List;

/** What is done to each value by itself, by a layer at its end or by an operator of its own. */
enum Activation {
  NONE,
  RELU,
  RELU6,
  LOGISTIC,
  HARD_SWISH;

  /** By their numbers in TFLite's schema. */
  private static final List<String> NAMES =
      List.of("NONE", "RELU", "RELU_N1_TO_1", "RELU6", "TANH", "SIGN_BIT");

  private static final int CODES = 255;

  float of(float value) {
    return switch (this) {
      case NONE -> value;
      case RELU -> Math.max(value, 0);
      case RELU6 -> upTo6(value);
      case LOGISTIC -> (float) (1 / (1 + Math.exp(-value)));
      case HARD_SWISH -> value * upTo6(value + 3) / 6;
    };
  }

  private static float upTo6(float value) {
    return Math.min(Math.max(value, 0), 6);
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
