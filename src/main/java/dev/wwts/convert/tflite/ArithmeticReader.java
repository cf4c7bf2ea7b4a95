package dev.wwts.convert.tflite;

import dev.wwts.convert.tflite.Operation.Arithmetic;
import dev.wwts.convert.tflite.Operation.Concatenation;
import java.util.ArrayList;
import java.util.List;

/** Reads the operators that take several tensors of which none is a layer's weights. */
final class ArithmeticReader {
  private final Constants constants;

  ArithmeticReader(Constants constants) {
    this.constants = constants;
  }

  /** What two tensors of one shape give, or one and a number, or one and a number a channel. */
  Operation arithmetic(Step step, Arithmetic.Kind kind, int optionsType) {
    int activation = step.options(optionsType).octet(0);
    Operand left = operand(step, 0);
    Operand right = operand(step, 1);
    boolean isWhole = isWhole(step, 0) || isWhole(step, 1);
    if (!isWhole || (left.isConstant() && right.isConstant())) {
      throw unfit(step);
    }
    return new Arithmetic(
        kind, left, right, step.to(), Activation.ofLayer(activation, step.output(), step.faults));
  }

  private Operand operand(Step step, int which) {
    TensorInfo info = step.input(which);
    List<Integer> whole = step.output().shape();
    boolean isPicture = (whole.size() == 2 || whole.size() == 4) && whole.get(0) == 1;
    boolean isChannels = isChannels(info.shape(), whole);
    if (!isPicture) {
      throw unfit(step);
    }
    if (!info.isConstant()) {
      boolean isOfOneRank = info.shape().size() == whole.size();
      if (!isWhole(step, which) && !(isChannels && isOfOneRank)) {
        throw unfit(step);
      }
      return Operand.computed(step.from(which));
    }
    if (info.elements() != 1 && !isChannels) {
      throw unfit(step);
    }
    List<Float> values = new ArrayList<>();
    for (float value : constants.reals(info)) {
      values.add(value);
    }
    return Operand.constant(values);
  }

  private static boolean isWhole(Step step, int which) {
    return step.input(which).shape().equals(step.output().shape());
  }

  /** Whether a shape is that of a number for each channel of another one. */
  private static boolean isChannels(List<Integer> shape, List<Integer> whole) {
    int last = shape.size() - 1;
    return last >= 0
        && shape.size() <= whole.size()
        && shape.get(last).equals(whole.get(whole.size() - 1))
        && shape.subList(0, last).stream().allMatch(size -> size == 1);
  }

  private static RuntimeException unfit(Step step) {
    return step.faults.unsupported(
        "has %s of %s and %s".formatted(step.name(), step.input(0).shape(), step.input(1).shape()));
  }

  /** Channels of several tensors, one after the other. */
  Operation concatenation(Step step) {
    FlatTable options = step.options(10);
    List<Integer> whole = step.output().shape();
    int rank = whole.size();
    int axis = options.integer(0, 0);
    if ((rank != 2 && rank != 4) || whole.get(0) != 1 || (axis != -1 && axis != rank - 1)) {
      throw step.faults.unsupported("has CONCATENATION to %s along %d".formatted(whole, axis));
    }
    List<Integer> inputs = new ArrayList<>();
    long channels = 0;
    for (int i = 0; i < step.inputs(); i++) {
      List<Integer> shape = step.input(i).shape();
      if (step.input(i).isConstant()
          || shape.size() != rank
          || !shape.subList(0, rank - 1).equals(whole.subList(0, rank - 1))) {
        throw step.faults.unsupported("has CONCATENATION of %s to %s".formatted(shape, whole));
      }
      channels += shape.get(rank - 1);
      inputs.add(step.from(i));
    }
    if (channels != whole.get(rank - 1)) {
      throw step.faults.corrupt("CONCATENATION gives another number of channels");
    }
    return new Concatenation(inputs, step.to(), Activation.fused(options.octet(1), step.faults));
  }
}
