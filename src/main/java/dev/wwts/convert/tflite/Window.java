package dev.wwts.convert.tflite;

/**
 * How a convolution or pooling goes along one side of a picture.
 *
 * @param kernel how many values it takes at once
 * @param stride from one result to the next
 * @param dilation from one value to the next
 * @param isSame whether it goes beyond the borders so that there are input / stride results,
 *     rounded up, with the odd one at the end
 */
record Window(int kernel, int stride, int dilation, boolean isSame) {
  private long reach() {
    return (kernel - 1L) * dilation + 1;
  }

  /** How many results there are; none or less where it does not fit. */
  int outputs(int input) {
    long span = isSame ? input : input - reach() + 1;
    return span <= 0 ? 0 : (int) ((span + stride - 1) / stride);
  }

  private int padding(int input) {
    long needed = (outputs(input) - 1L) * stride + reach() - input;
    return isSame ? (int) Math.max(0, needed) : 0;
  }

  /** Zeros before the first value. */
  int before(int input) {
    return padding(input) / 2;
  }

  /** Zeros behind the last one: TensorFlow puts the odd one here. */
  int after(int input) {
    return padding(input) - before(input);
  }

  /** How many of a result's values lie inside of the borders. */
  int inside(int result, int input) {
    int count = 0;
    for (int tap = 0; tap < kernel; tap++) {
      int at = at(result, tap, input);
      count += at >= 0 && at < input ? 1 : 0;
    }
    return count;
  }

  /** Where a result's value is taken from; outside of the borders it is zero. */
  int at(int result, int tap, int input) {
    return result * stride - before(input) + tap * dilation;
  }
}
