package dev.wwts.convert.tflite;

import dev.wwts.convert.tflite.Operation.Convolution;
import dev.wwts.convert.tflite.Operation.Depthwise;
import dev.wwts.convert.tflite.Operation.FullyConnected;

/** Reads the operators that have weights, and adds up what all operators cost. */
final class LayerReader {
  private final Constants constants;
  private long work;

  LayerReader(Constants constants) {
    this.constants = constants;
  }

  /** Counts what a step costs. */
  void count(Step step, long cost) {
    work = Math.addExact(work, cost);
    step.requireWork(work);
  }

  Operation convolution(Step step) {
    FlatTable options = step.options(1);
    TensorInfo kernel = kernel(step, 4);
    int channels = step.picture().size(3);
    int groups = channels / kernel.size(3);
    if (groups * kernel.size(3) != channels || groups == 0 || kernel.size(0) % groups != 0) {
      throw unfit(step);
    }
    Window rows =
        step.window(options, kernel.size(1), options.integer(2, 0), options.integer(5, 1));
    Window columns =
        step.window(options, kernel.size(2), options.integer(1, 0), options.integer(4, 1));
    count(step, step.work(rows, columns, kernel.size(0), kernel.size(3)));
    return new Convolution(
        step.from(),
        step.to(),
        weights(step, kernel, kernel.size(0)),
        rows,
        columns,
        Activation.ofLayer(options.octet(3), step.output(), step.faults));
  }

  Operation depthwise(Step step) {
    FlatTable options = step.options(2);
    TensorInfo kernel = kernel(step, 4);
    if (kernel.size(0) != 1 || kernel.size(3) % step.picture().size(3) != 0) {
      throw unfit(step);
    }
    Window rows =
        step.window(options, kernel.size(1), options.integer(2, 0), options.integer(6, 1));
    Window columns =
        step.window(options, kernel.size(2), options.integer(1, 0), options.integer(5, 1));
    count(step, step.work(rows, columns, kernel.size(3), 1));
    return new Depthwise(
        step.from(),
        step.to(),
        weights(step, kernel, kernel.size(3)),
        rows,
        columns,
        Activation.ofLayer(options.octet(4), step.output(), step.faults));
  }

  Operation fullyConnected(Step step) {
    FlatTable options = step.options(8);
    TensorInfo input = step.input();
    TensorInfo kernel = kernel(step, 2);
    if (options.octet(1) != 0) {
      throw step.faults.unsupported("has shuffled weights of " + step.name());
    }
    if (input.shape().isEmpty() || input.size(0) != 1 || input.elements() != kernel.size(1)) {
      throw unfit(step);
    }
    if (step.output().shape().size() != 2) {
      throw step.faults.unsupported("has " + step.name() + " that keeps dimensions");
    }
    step.requireOutput(1, kernel.size(0));
    count(step, kernel.elements());
    return new FullyConnected(
        step.from(),
        step.to(),
        weights(step, kernel, kernel.size(0)),
        Activation.ofLayer(options.octet(0), step.output(), step.faults));
  }

  private static TensorInfo kernel(Step step, int dimensions) {
    TensorInfo kernel = step.second();
    if (kernel.shape().size() != dimensions) {
      throw unfit(step);
    }
    return kernel;
  }

  private Weights weights(Step step, TensorInfo kernel, int outputs) {
    float[] bias = step.hasThird() ? constants.reals(step.third()) : new float[outputs];
    if (bias.length != outputs) {
      throw unfit(step);
    }
    return new Weights(kernel.shape(), constants.reals(kernel), bias);
  }

  private static RuntimeException unfit(Step step) {
    return step.faults.corrupt("weights of " + step.name() + " do not fit its input");
  }
}
