package dev.wwts.convert.tflite;

import java.util.Arrays;

/**
 * A window that goes over a picture, H x W x C; what lies beyond the borders is left out.
 *
 * @param in the picture's values
 * @param from its shape
 * @param to the result's
 * @param rows how it goes down
 * @param columns and across
 */
@SuppressWarnings("ArrayRecordComponent") // read at once, never compared
record Sliding(float[] in, TensorInfo from, TensorInfo to, Window rows, Window columns) {
  /** What a window does with the values of one place for one result. */
  private interface Tap {
    /** From values at {@code from} to results at {@code to}, by the window's value {@code tap}. */
    void take(int from, int to, int tap);
  }

  private void each(Tap tap) {
    for (int y = 0; y < to.size(1); y++) {
      for (int x = 0; x < to.size(2); x++) {
        for (int ky = 0; ky < rows.kernel(); ky++) {
          for (int kx = 0; kx < columns.kernel(); kx++) {
            int row = rows.at(y, ky, from.size(1));
            int column = columns.at(x, kx, from.size(2));
            if (row >= 0 && row < from.size(1) && column >= 0 && column < from.size(2)) {
              tap.take(
                  (row * from.size(2) + column) * from.size(3),
                  (y * to.size(2) + x) * to.size(3),
                  ky * columns.kernel() + kx);
            }
          }
        }
      }
    }
  }

  private float[] filledWith(float[] bias) {
    float[] filled = empty();
    for (int i = 0; i < filled.length; i += bias.length) {
      System.arraycopy(bias, 0, filled, i, bias.length);
    }
    return filled;
  }

  private float[] empty() {
    return new float[(int) to.elements()];
  }

  float[] convolution(Weights layer) {
    float[] out = filledWith(layer.bias());
    int each = layer.size(3);
    int outputs = layer.size(0);
    int groups = from.size(3) / each;
    float[] weights = layer.outputsLast();
    each(
        (at, result, tap) -> {
          for (int i = 0; i < each * groups; i++) {
            int first = i / each * (outputs / groups);
            int place = (tap * each + i % each) * outputs + first;
            multiplyAdd(in[at + i], weights, place, out, result + first, outputs / groups);
          }
        });
    return out;
  }

  static void multiplyAdd(float factor, float[] weights, int at, float[] sums, int to, int count) {
    for (int i = 0; i < count; i++) {
      sums[to + i] += factor * weights[at + i];
    }
  }

  float[] depthwise(Weights layer) {
    float[] out = filledWith(layer.bias());
    float[] weights = layer.values();
    int outputs = layer.size(3);
    int each = outputs / from.size(3);
    each(
        (at, result, tap) -> {
          for (int o = 0; o < outputs; o++) {
            out[result + o] += in[at + o / each] * weights[tap * outputs + o];
          }
        });
    return out;
  }

  float[] means() {
    float[] out = empty();
    int channels = from.size(3);
    int[] counted = new int[out.length / channels];
    each(
        (at, result, tap) -> {
          counted[result / channels]++;
          for (int c = 0; c < channels; c++) {
            out[result + c] += in[at + c];
          }
        });
    for (int i = 0; i < out.length; i++) {
      out[i] /= counted[i / channels];
    }
    return out;
  }

  float[] maxima() {
    float[] out = empty();
    Arrays.fill(out, Float.NEGATIVE_INFINITY);
    int channels = from.size(3);
    each(
        (at, result, tap) -> {
          for (int c = 0; c < channels; c++) {
            out[result + c] = Math.max(out[result + c], in[at + c]);
          }
        });
    return out;
  }
}
