package dev.wwts.convert.tflite;

import dev.wwts.convert.tflite.Operation.Activate;
import dev.wwts.convert.tflite.Operation.Arithmetic.Kind;
import dev.wwts.convert.tflite.Operation.AveragePool;
import dev.wwts.convert.tflite.Operation.MaxPool;
import dev.wwts.convert.tflite.Operation.Mean;
import dev.wwts.convert.tflite.Operation.Pad;
import dev.wwts.convert.tflite.Operation.Reshape;
import dev.wwts.convert.tflite.Operation.Softmax;
import dev.wwts.internal.text.Printable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Reads one operator after the other and holds its tensors' shapes against what it does. */
final class OperationReader {
  private static final int CUSTOM = 32;

  private final List<TensorInfo> tensors;
  private final List<FlatTable> codes;
  private final Constants constants;
  private final LayerReader layers;
  private final ArithmeticReader arithmetic;
  private final Faults faults;

  /**
   * One for a file.
   *
   * @param tensors of which what an operator makes of constants becomes one
   */
  OperationReader(List<TensorInfo> tensors, List<FlatTable> codes, long bytes, Faults faults) {
    this.tensors = tensors;
    this.codes = codes;
    this.constants = new Constants(bytes, faults);
    this.layers = new LayerReader(constants);
    this.arithmetic = new ArithmeticReader(constants);
    this.faults = faults;
  }

  /** Reads an operator; nothing of one that only says what a later one reads. */
  Optional<Operation> read(FlatTable table) {
    FlatTable code = codes.get(table.integer(0, 0));
    // files of before 2020 have the first field only, later ones both
    int number = Math.max(code.octet(0), code.integer(3, 0));
    Step step = new Step(number, table, tensors, faults);
    layers.count(step, step.output().elements());
    if (isOfShapes(step) || isOfConstants(step)) {
      return Optional.empty();
    }
    return Optional.of(read(step, code));
  }

  private Operation read(Step step, FlatTable code) {
    return switch (step.number) {
      case 0 -> arithmetic.arithmetic(step, Kind.ADD, 11);
      case 1 -> pool(step, AveragePool::new);
      case 2 -> arithmetic.concatenation(step);
      case 3 -> layers.convolution(step);
      case 4 -> layers.depthwise(step);
      case 9 -> layers.fullyConnected(step);
      case 14 -> activate(step, Activation.LOGISTIC);
      case 17 -> pool(step, MaxPool::new);
      case 18 -> arithmetic.arithmetic(step, Kind.MUL, 21);
      case 19 -> activate(step, Activation.RELU);
      case 21 -> activate(step, Activation.RELU6);
      // whole networks quantise at their borders, and between scales: the values stay
      case 6, 22, 43, 114 -> reshape(step);
      case 25 -> softmax(step);
      case 34 -> pad(step);
      case 40 -> mean(step);
      case 41 -> arithmetic.arithmetic(step, Kind.SUB, 28);
      case 117 -> activate(step, Activation.HARD_SWISH);
      default -> throw faults.unsupported("has the operator " + shown(step.number, code));
    };
  }

  /**
   * SHAPE, STRIDED_SLICE and PACK of whole numbers: the shape that a RESHAPE gives, which its
   * output has as well.
   */
  private static boolean isOfShapes(Step step) {
    boolean isOne = step.number == 77 || step.number == 45 || step.number == 83;
    return isOne && step.output().type() == ElementType.INT32;
  }

  /** DEQUANTIZE of constants, such as weights in 16 bits: its result is one, too. */
  private boolean isOfConstants(Step step) {
    TensorInfo from = step.input();
    if (step.number != 6 || !from.isConstant()) {
      return false;
    }
    TensorInfo to = step.output();
    if (to.isConstant() || to.type() != ElementType.FLOAT32 || !to.shape().equals(from.shape())) {
      throw faults.corrupt("DEQUANTIZE gives another tensor than it takes");
    }
    tensors.set(step.to(), from);
    return true;
  }

  private static String shown(int number, FlatTable code) {
    if (number != CUSTOM) {
      return Operators.name(number);
    }
    ByteBuffer name = code.octets(1);
    String text = StandardCharsets.UTF_8.decode(name.limit(Math.min(50, name.limit()))).toString();
    return Operators.name(number) + " " + Printable.line(text, 50);
  }

  private Operation activate(Step step, Activation activation) {
    List<Integer> shape = step.input().shape();
    if (step.input().isConstant()) {
      throw faults.unsupported("has %s of constants".formatted(step.name()));
    }
    step.requireOutput(shape.toArray(Integer[]::new));
    return new Activate(step.from(), step.to(), activation);
  }

  /** Makes a step of windows. */
  private interface Pool {
    Operation of(int input, int output, Window rows, Window columns, Activation activation);
  }

  private Operation pool(Step step, Pool pool) {
    FlatTable options = step.options(5);
    Window rows = step.window(options, options.integer(4, 0), options.integer(2, 0), 1);
    Window columns = step.window(options, options.integer(3, 0), options.integer(1, 0), 1);
    layers.count(step, step.work(rows, columns, step.picture().size(3), 1));
    return pool.of(
        step.from(), step.to(), rows, columns, Activation.fused(options.octet(5), faults));
  }

  private Operation mean(Step step) {
    TensorInfo input = step.picture();
    Set<Integer> axes = new TreeSet<>();
    for (int axis : constants.integers(step.second())) {
      axes.add(axis < 0 ? axis + 4 : axis);
    }
    boolean keeps = step.options(27).octet(0) != 0;
    if (!axes.equals(Set.of(1, 2))) {
      throw faults.unsupported("has MEAN over the dimensions " + axes);
    }
    int channels = input.size(3);
    step.requireOutput(keeps ? new Integer[] {1, 1, 1, channels} : new Integer[] {1, channels});
    return new Mean(step.from(), step.to());
  }

  private Operation pad(Step step) {
    TensorInfo input = step.picture();
    int[] borders = constants.integers(step.second());
    boolean isPlain =
        borders.length == 8
            && Arrays.stream(borders).allMatch(it -> it >= 0 && it <= TfliteReader.MOST_ELEMENTS)
            && borders[0] + borders[1] + borders[6] + borders[7] == 0;
    if (!isPlain) {
      throw faults.unsupported("has PAD by " + Arrays.toString(borders));
    }
    step.requireOutput(
        1,
        input.size(1) + borders[2] + borders[3],
        input.size(2) + borders[4] + borders[5],
        input.size(3));
    return new Pad(step.from(), step.to(), borders[2], borders[3], borders[4], borders[5]);
  }

  /** What the file says that comes out is believed, if it is as many values. */
  private Operation reshape(Step step) {
    List<Integer> from = step.input().shape();
    List<Integer> to = step.output().shape();
    int count = (int) step.input().elements();
    List<Integer> row = List.of(1, count);
    boolean isKnown =
        to.equals(from)
            || to.equals(row)
            || (to.equals(List.of(1, 1, 1, count)) && from.equals(row));
    if (step.input().isConstant()) {
      throw faults.unsupported(
          "has %s of constants of type %s".formatted(step.name(), step.input().type()));
    }
    if (!isKnown || from.isEmpty() || from.get(0) != 1) {
      throw faults.unsupported("has %s of %s to %s".formatted(step.name(), from, to));
    }
    return new Reshape(step.from(), step.to());
  }

  private Operation softmax(Step step) {
    List<Integer> shape = step.input().shape();
    float beta = step.options(9).real(0);
    if (shape.size() != 2 || shape.get(0) != 1 || beta != 1) {
      throw faults.unsupported("has SOFTMAX of %s times %s".formatted(shape, beta));
    }
    step.requireOutput(shape.toArray(Integer[]::new));
    return new Softmax(step.from(), step.to());
  }
}
