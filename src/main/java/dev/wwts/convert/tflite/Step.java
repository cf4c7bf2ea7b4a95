package dev.wwts.convert.tflite;

import java.util.List;

/** One operator of a file, of which only the number is known yet, and the tensors around it. */
final class Step {
  private static final int MOST_KERNEL = 1024;

  /** Operations on numbers for one picture; EfficientNet-B4's are 4.4 x 10^9. */
  private static final long MOST_WORK = 5_000_000_000L;

  private static final int OPTIONS_TYPE = 3;
  private static final int OPTIONS = 4;

  final Faults faults;
  final int number;
  private final FlatTable table;
  private final List<TensorInfo> tensors;
  private final int[] inputs;
  private final int[] outputs;

  Step(int number, FlatTable table, List<TensorInfo> tensors, Faults faults) {
    this.number = number;
    this.table = table;
    this.tensors = tensors;
    this.faults = faults;
    this.inputs = table.integers(1);
    this.outputs = table.integers(2);
    if (outputs.length != 1 || inputs.length == 0) {
      throw faults.corrupt(name() + " has no input, or not one output");
    }
  }

  String name() {
    return Operators.name(number);
  }

  int from() {
    return inputs[0];
  }

  int from(int which) {
    return inputs[which];
  }

  /** How many tensors it takes. */
  int inputs() {
    return inputs.length;
  }

  int to() {
    return outputs[0];
  }

  TensorInfo input() {
    return tensors.get(inputs[0]);
  }

  TensorInfo input(int which) {
    return tensors.get(inputs[which]);
  }

  TensorInfo second() {
    return tensors.get(inputs[1]);
  }

  /** Whether there is a third input; -1 stands for one that was left out. */
  boolean hasThird() {
    return inputs.length > 2 && inputs[2] != -1;
  }

  TensorInfo third() {
    return tensors.get(inputs[2]);
  }

  TensorInfo output() {
    return tensors.get(outputs[0]);
  }

  /** The input, which must be N x H x W x C, N being 1. */
  TensorInfo picture() {
    if (input().shape().size() != 4 || input().size(0) != 1) {
      throw faults.unsupported("has %s of %s".formatted(name(), input().shape()));
    }
    return input();
  }

  void requireOutput(Integer... shape) {
    if (!output().shape().equals(List.of(shape))) {
      throw faults.corrupt(
          "%s gives %s, not %s".formatted(name(), List.of(shape), output().shape()));
    }
  }

  /** Its options, which must be those of that type. */
  FlatTable options(int type) {
    if (table.octet(OPTIONS_TYPE) != type) {
      throw faults.corrupt(name() + " has another operator's options");
    }
    return table.table(OPTIONS).orElseThrow(() -> faults.corrupt(name() + " has no options"));
  }

  /** One of its windows; the first of its options says what happens at borders. */
  Window window(FlatTable options, int kernel, int stride, int dilation) {
    int padding = options.octet(0);
    boolean isSane = isSmall(kernel) && isSmall(stride) && isSmall(dilation);
    if (!isSane || padding < 0 || padding > 1) {
      throw faults.unsupported(
          "has %s of %d values, stride %d, dilation %d, padding %d"
              .formatted(name(), kernel, stride, dilation, padding));
    }
    return new Window(kernel, stride, dilation, padding == 0);
  }

  private static boolean isSmall(int value) {
    return value >= 1 && value <= MOST_KERNEL;
  }

  /**
   * What its windows cost, and whether the input with its borders is not too large.
   *
   * @param channels of the output
   * @param each values that one result takes from one pixel
   */
  long work(Window rows, Window columns, int channels, int each) {
    TensorInfo input = picture();
    int height = input.size(1);
    int width = input.size(2);
    requireOutput(1, rows.outputs(height), columns.outputs(width), channels);
    long high = (long) height + rows.before(height) + rows.after(height);
    long wide = (long) width + columns.before(width) + columns.after(width);
    if (high * wide > TfliteReader.MOST_ELEMENTS / input.size(3)) {
      throw faults.unsupported("has " + name() + " with too wide borders");
    }
    long taps = (long) rows.kernel() * columns.kernel() * each;
    return Math.multiplyExact(output().elements(), taps);
  }

  /** Refuses networks that cost more than any should. */
  void requireWork(long work) {
    if (work > MOST_WORK) {
      throw faults.unsupported("needs more than %,d operations on numbers".formatted(MOST_WORK));
    }
  }
}
