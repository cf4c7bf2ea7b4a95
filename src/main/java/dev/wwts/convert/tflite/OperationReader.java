package dev.wwts.convert.tflite;

import dev.wwts.convert.tflite.Operation.Add;
import dev.wwts.convert.tflite.Operation.AveragePool;
import dev.wwts.convert.tflite.Operation.Convolution;
import dev.wwts.convert.tflite.Operation.Depthwise;
import dev.wwts.convert.tflite.Operation.FullyConnected;
import dev.wwts.convert.tflite.Operation.Mean;
import dev.wwts.convert.tflite.Operation.Pad;
import dev.wwts.convert.tflite.Operation.Reshape;
import dev.wwts.convert.tflite.Operation.Softmax;
import dev.wwts.internal.text.Printable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Reads one operator after the other and holds its tensors' shapes against what it does. */
final class OperationReader {
  private static final int OTHER = -1;
  private static final int CUSTOM = 32;
  private static final int MOST_KERNEL = 1024;

  /** Multiplications of one picture; EfficientNet-B4's are 4.4 x 10^9. */
  private static final long MOST_WORK = 20_000_000_000L;

  private static final List<String> ACTIVATIONS =
      List.of("NONE", "RELU", "RELU_N1_TO_1", "RELU6", "TANH", "SIGN_BIT");

  private final List<TensorInfo> tensors;
  private final List<FlatTable> codes;
  private final Constants constants;
  private final Faults faults;
  private long work;

  OperationReader(List<TensorInfo> tensors, List<FlatTable> codes, long bytes, Faults faults) {
    this.tensors = tensors;
    this.codes = codes;
    this.constants = new Constants(bytes, faults);
    this.faults = faults;
  }

  Operation read(FlatTable table) {
    FlatTable code = codes.get(table.integer(0, 0));
    // files of before 2020 have the first field only, later ones both
    int number = Math.max(code.octet(0), code.integer(3, 0));
    Step step = new Step(number, table, table.integers(1), table.integers(2));
    if (step.outputs.length != 1 || step.inputs.length == 0) {
      throw faults.corrupt(step.name() + " has no input, or not one output");
    }
    Operation operation =
        switch (number) {
          case 0 -> add(step);
          case 1 -> averagePool(step);
          case 3 -> convolution(step);
          case 4 -> depthwise(step);
          case 9 -> fullyConnected(step);
          // whole networks quantise at their borders, and between scales: the values stay
          case 6, 22, 43, 114 -> reshape(step);
          case 25 -> softmax(step);
          case 34 -> pad(step);
          case 40 -> mean(step);
          default -> throw faults.unsupported("has the operator " + shown(number, code));
        };
    if (work > MOST_WORK) {
      throw faults.unsupported("needs more than " + MOST_WORK + " multiplications a picture");
    }
    return operation;
  }

  private static String shown(int number, FlatTable code) {
    String custom =
        number == CUSTOM
            ? " " + Printable.line(StandardCharsets.UTF_8.decode(code.octets(1)).toString(), 50)
            : "";
    return Operators.name(number) + custom;
  }

  private static final class Step {
    final int number;
    final FlatTable table;
    final int[] inputs;
    final int[] outputs;

    Step(int number, FlatTable table, int[] inputs, int[] outputs) {
      this.number = number;
      this.table = table;
      this.inputs = inputs;
      this.outputs = outputs;
    }

    String name() {
      return Operators.name(number);
    }

    int input() {
      return inputs[0];
    }

    int output() {
      return outputs[0];
    }
  }

  private FlatTable options(Step step, int type) {
    if (step.table.octet(3) != type) {
      throw faults.corrupt(step.name() + " has another operator's options");
    }
    return step.table.table(4).orElseThrow(() -> faults.corrupt(step.name() + " has no options"));
  }

  private TensorInfo input(Step step) {
    return tensors.get(step.input());
  }

  private TensorInfo output(Step step) {
    return tensors.get(step.output());
  }

  /** One that is N x H x W x C, N being 1. */
  private TensorInfo picture(Step step) {
    TensorInfo input = input(step);
    if (input.shape().size() != 4 || input.size(0) != 1) {
      throw faults.unsupported("has %s of %s".formatted(step.name(), input.shape()));
    }
    return input;
  }

  private void requireOutput(Step step, Integer... shape) {
    if (!output(step).shape().equals(List.of(shape))) {
      throw faults.corrupt(
          "%s gives %s, not %s".formatted(step.name(), List.of(shape), output(step).shape()));
    }
  }

  private Operation convolution(Step step) {
    FlatTable options = options(step, 1);
    TensorInfo input = picture(step);
    TensorInfo kernel = kernel(step, 4);
    int groups = input.size(3) / kernel.size(3);
    if (groups * kernel.size(3) != input.size(3) || kernel.size(0) % Math.max(1, groups) != 0) {
      throw faults.corrupt("weights of CONV_2D do not fit its input");
    }
    Window rows = window(step, kernel.size(1), options.integer(2, 0), options.integer(5, 1));
    Window columns = window(step, kernel.size(2), options.integer(1, 0), options.integer(4, 1));
    requireOutput(
        step, 1, rows.outputs(input.size(1)), columns.outputs(input.size(2)), kernel.size(0));
    count(step, input, rows, columns, kernel.size(3));
    return new Convolution(
        step.input(),
        step.output(),
        weights(step, kernel, kernel.size(0)),
        rows,
        columns,
        activation(options.octet(3), output(step)));
  }

  private Operation depthwise(Step step) {
    FlatTable options = options(step, 2);
    TensorInfo input = picture(step);
    TensorInfo kernel = kernel(step, 4);
    if (kernel.size(0) != 1 || kernel.size(3) % input.size(3) != 0) {
      throw faults.corrupt("weights of DEPTHWISE_CONV_2D do not fit its input");
    }
    Window rows = window(step, kernel.size(1), options.integer(2, 0), options.integer(6, 1));
    Window columns = window(step, kernel.size(2), options.integer(1, 0), options.integer(5, 1));
    requireOutput(
        step, 1, rows.outputs(input.size(1)), columns.outputs(input.size(2)), kernel.size(3));
    count(step, input, rows, columns, 1);
    return new Depthwise(
        step.input(),
        step.output(),
        weights(step, kernel, kernel.size(3)),
        rows,
        columns,
        activation(options.octet(4), output(step)));
  }

  private Operation averagePool(Step step) {
    FlatTable options = options(step, 5);
    TensorInfo input = picture(step);
    Window rows = window(step, options.integer(4, 0), options.integer(2, 0), 1);
    Window columns = window(step, options.integer(3, 0), options.integer(1, 0), 1);
    requireOutput(
        step, 1, rows.outputs(input.size(1)), columns.outputs(input.size(2)), input.size(3));
    count(step, input, rows, columns, 1);
    return new AveragePool(step.input(), step.output(), rows, columns, fused(options.octet(5)));
  }

  private Operation fullyConnected(Step step) {
    FlatTable options = options(step, 8);
    TensorInfo input = input(step);
    TensorInfo kernel = kernel(step, 2);
    if (options.octet(1) != 0) {
      throw faults.unsupported("has shuffled weights of FULLY_CONNECTED");
    }
    if (input.shape().isEmpty() || input.size(0) != 1 || input.elements() != kernel.size(1)) {
      throw faults.corrupt("weights of FULLY_CONNECTED do not fit its input");
    }
    if (output(step).shape().size() != 2) {
      throw faults.unsupported("has FULLY_CONNECTED that keeps dimensions");
    }
    requireOutput(step, 1, kernel.size(0));
    work += kernel.elements();
    return new FullyConnected(
        step.input(),
        step.output(),
        weights(step, kernel, kernel.size(0)),
        activation(options.octet(0), output(step)));
  }

  private Operation add(Step step) {
    FlatTable options = options(step, 11);
    TensorInfo left = input(step);
    TensorInfo right = tensors.get(step.inputs[1]);
    boolean isSum = !left.isConstant() && !right.isConstant();
    if (!isSum || !left.shape().equals(right.shape())) {
      throw faults.unsupported(
          "has ADD of %s and %s, or of constants".formatted(left.shape(), right.shape()));
    }
    requireOutput(step, left.shape().toArray(Integer[]::new));
    return new Add(
        step.input(), step.inputs[1], step.output(), activation(options.octet(0), output(step)));
  }

  private Operation mean(Step step) {
    TensorInfo input = picture(step);
    Set<Integer> axes = new TreeSet<>();
    for (int axis : constants.integers(tensors.get(step.inputs[1]))) {
      axes.add(axis < 0 ? axis + 4 : axis);
    }
    boolean keeps = options(step, 27).octet(0) != 0;
    if (!axes.equals(Set.of(1, 2))) {
      throw faults.unsupported("has MEAN over the dimensions " + axes);
    }
    requireOutput(
        step, keeps ? new Integer[] {1, 1, 1, input.size(3)} : new Integer[] {1, input.size(3)});
    return new Mean(step.input(), step.output());
  }

  private Operation pad(Step step) {
    TensorInfo input = picture(step);
    int[] borders = constants.integers(tensors.get(step.inputs[1]));
    boolean isPlain =
        borders.length == 8
            && Arrays.stream(borders).allMatch(it -> it >= 0 && it <= MOST_KERNEL)
            && borders[0] + borders[1] + borders[6] + borders[7] == 0;
    if (!isPlain) {
      throw faults.unsupported("has PAD by " + Arrays.toString(borders));
    }
    requireOutput(
        step,
        1,
        input.size(1) + borders[2] + borders[3],
        input.size(2) + borders[4] + borders[5],
        input.size(3));
    return new Pad(step.input(), step.output(), borders[2], borders[3], borders[4], borders[5]);
  }

  /** What the file says that comes out is believed, if it is as many values. */
  private Operation reshape(Step step) {
    TensorInfo input = input(step);
    TensorInfo output = output(step);
    List<Integer> row = List.of(1, (int) input.elements());
    List<Integer> pixel = List.of(1, 1, 1, (int) input.elements());
    boolean isKnown =
        output.shape().equals(input.shape())
            || output.shape().equals(row)
            || (output.shape().equals(pixel) && input.shape().equals(row));
    if (!isKnown || input.shape().isEmpty() || input.size(0) != 1) {
      throw faults.unsupported(
          "has %s of %s to %s".formatted(step.name(), input.shape(), output.shape()));
    }
    return new Reshape(step.input(), step.output());
  }

  private Operation softmax(Step step) {
    TensorInfo input = input(step);
    float beta = options(step, 9).real(0);
    if (input.shape().size() != 2 || input.size(0) != 1 || beta != 1) {
      throw faults.unsupported("has SOFTMAX of %s times %s".formatted(input.shape(), beta));
    }
    requireOutput(step, input.shape().toArray(Integer[]::new));
    return new Softmax(step.input(), step.output());
  }

  private TensorInfo kernel(Step step, int dimensions) {
    TensorInfo kernel = tensors.get(step.inputs[1]);
    if (kernel.shape().size() != dimensions) {
      throw faults.corrupt("weights of " + step.name() + " have not " + dimensions + " dimensions");
    }
    return kernel;
  }

  private Weights weights(Step step, TensorInfo kernel, int outputs) {
    float[] bias = new float[outputs];
    if (step.inputs.length > 2 && step.inputs[2] != OTHER) {
      bias = constants.reals(tensors.get(step.inputs[2]));
    }
    if (bias.length != outputs) {
      throw faults.corrupt("the bias of " + step.name() + " does not fit its weights");
    }
    return new Weights(kernel.shape(), constants.reals(kernel), bias);
  }

  private Window window(Step step, int kernel, int stride, int dilation) {
    boolean isSane =
        within(kernel, MOST_KERNEL) && within(stride, MOST_KERNEL) && within(dilation, MOST_KERNEL);
    int padding = step.table.table(4).orElseThrow().octet(0);
    if (!isSane || padding < 0 || padding > 1) {
      throw faults.unsupported(
          "has %s of %d values, stride %d, dilation %d, padding %d"
              .formatted(step.name(), kernel, stride, dilation, padding));
    }
    return new Window(kernel, stride, dilation, padding == 0);
  }

  private static boolean within(int value, int most) {
    return value >= 1 && value <= most;
  }

  /** Adds up what it costs, and looks at its input with the zeros around it. */
  private void count(Step step, TensorInfo input, Window rows, Window columns, int each) {
    long taps = (long) rows.kernel() * columns.kernel() * each;
    work = Math.addExact(work, Math.multiplyExact(output(step).elements(), taps));
    long high = rows.before(input.size(1)) + rows.after(input.size(1)) + (long) input.size(1);
    long wide = columns.before(input.size(2)) + columns.after(input.size(2)) + (long) input.size(2);
    if (high * wide > TfliteReader.MOST_ELEMENTS / input.size(3)) {
      throw faults.unsupported("has " + step.name() + " with too wide borders");
    }
  }

  private Activation fused(int code) {
    return switch (code) {
      case 0 -> Activation.NONE;
      case 1 -> Activation.RELU;
      case 3 -> Activation.RELU6;
      default -> {
        String name =
            code >= 0 && code < ACTIVATIONS.size() ? ACTIVATIONS.get(code) : "number " + code;
        throw faults.unsupported("has the activation " + name);
      }
    };
  }

  /**
   * The one that is named, or else the one that a quantised result implies: converters of 2018 left
   * out what the 8-bit codes cut off anyway. Codes that begin at 0 are a ReLU's; if they also end
   * within a step of 6, a ReLU6's.
   */
  private Activation activation(int code, TensorInfo output) {
    Activation named = fused(code);
    if (named != Activation.NONE || !output.type().isByte() || !output.quantization().isThere()) {
      return named;
    }
    double scale = output.quantization().scale(faults);
    if (output.quantization().zero() != output.type().least()) {
      return Activation.NONE;
    }
    return Math.abs(255 * scale - 6) <= scale ? Activation.RELU6 : Activation.RELU;
  }
}
