package dev.wwts.convert.tflite;

import dev.wwts.convert.tflite.Operation.Activate;
import dev.wwts.convert.tflite.Operation.Arithmetic;
import dev.wwts.convert.tflite.Operation.AveragePool;
import dev.wwts.convert.tflite.Operation.Concatenation;
import dev.wwts.convert.tflite.Operation.Convolution;
import dev.wwts.convert.tflite.Operation.Depthwise;
import dev.wwts.convert.tflite.Operation.FullyConnected;
import dev.wwts.convert.tflite.Operation.MaxPool;
import dev.wwts.convert.tflite.Operation.Mean;
import dev.wwts.convert.tflite.Operation.Pad;
import dev.wwts.convert.tflite.Operation.Reshape;
import dev.wwts.convert.tflite.Operation.Softmax;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Computes a network in plain Java, N x H x W x C as the file has it: what its TorchScript is held
 * against, so it shares no layout, no border and no operator with it.
 */
final class Evaluation implements Operation.Visitor<float[]> {
  private final TfliteNetwork network;
  private final Map<Integer, Integer> lastUses;
  private final Map<Integer, float[]> values = new HashMap<>();

  Evaluation(TfliteNetwork network) {
    this.network = network;
    this.lastUses = network.lastUses();
  }

  float[] run(float[] picture) {
    values.put(network.input(), picture);
    for (int i = 0; i < network.operations().size(); i++) {
      Operation operation = network.operations().get(i);
      values.put(operation.output(), operation.accept(this));
      int now = i;
      operation.inputs().stream()
          .filter(used -> Objects.equals(lastUses.get(used), now) && !isResult(used))
          .forEach(values::remove);
    }
    float[] logits = value(network.output());
    if (network.features().isEmpty()) {
      return logits;
    }
    float[] features = value(network.features().getAsInt());
    float[] row = Arrays.copyOf(logits, logits.length + features.length);
    System.arraycopy(features, 0, row, logits.length, features.length);
    return row;
  }

  private boolean isResult(int tensor) {
    return tensor == network.output() || tensor == network.features().orElse(-1);
  }

  private float[] value(int tensor) {
    return Objects.requireNonNull(values.get(tensor), "computed before it is used");
  }

  private TensorInfo tensor(int number) {
    return network.tensor(number);
  }

  private float[] empty(int tensor) {
    return new float[(int) tensor(tensor).elements()];
  }

  private static float[] activated(Activation activation, float[] values) {
    if (activation != Activation.NONE) {
      for (int i = 0; i < values.length; i++) {
        values[i] = activation.of(values[i]);
      }
    }
    return values;
  }

  @Override
  public float[] convolution(Convolution it) {
    return activated(it.activation(), sliding(it).convolution(it.weights()));
  }

  @Override
  public float[] depthwise(Depthwise it) {
    return activated(it.activation(), sliding(it).depthwise(it.weights()));
  }

  @Override
  public float[] averagePool(AveragePool it) {
    return activated(it.activation(), sliding(it).means());
  }

  @Override
  public float[] maxPool(MaxPool it) {
    return activated(it.activation(), sliding(it).maxima());
  }

  private Sliding sliding(Operation.Windowed it) {
    return new Sliding(
        value(it.input()), tensor(it.input()), tensor(it.output()), it.rows(), it.columns());
  }

  @Override
  public float[] fullyConnected(FullyConnected it) {
    float[] in = value(it.input());
    float[] out = it.weights().bias().clone();
    float[] weights = it.weights().outputsLast();
    for (int i = 0; i < in.length; i++) {
      Sliding.multiplyAdd(in[i], weights, i * out.length, out, 0, out.length);
    }
    return activated(it.activation(), out);
  }

  /** Channels lie side by side: one a channel comes round again. */
  @Override
  public float[] arithmetic(Arithmetic it) {
    float[] left = values(it.left());
    float[] right = values(it.right());
    float[] out = empty(it.output());
    for (int i = 0; i < out.length; i++) {
      out[i] = it.kind().of(left[i % left.length], right[i % right.length]);
    }
    return activated(it.activation(), out);
  }

  private float[] values(Operand operand) {
    if (!operand.isConstant()) {
      return value(operand.tensor());
    }
    float[] values = new float[operand.values().size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = operand.values().get(i);
    }
    return values;
  }

  @Override
  public float[] concatenation(Concatenation it) {
    float[] out = empty(it.output());
    List<Integer> shape = tensor(it.output()).shape();
    int width = shape.get(shape.size() - 1);
    int first = 0;
    for (int input : it.inputs()) {
      float[] in = value(input);
      int each = in.length * width / out.length;
      for (int i = 0; i < in.length; i += each) {
        System.arraycopy(in, i, out, i / each * width + first, each);
      }
      first += each;
    }
    return activated(it.activation(), out);
  }

  @Override
  public float[] activate(Activate it) {
    return activated(it.activation(), value(it.input()).clone());
  }

  @Override
  public float[] mean(Mean it) {
    float[] in = value(it.input());
    float[] out = empty(it.output());
    for (int i = 0; i < in.length; i++) {
      out[i % out.length] += in[i];
    }
    for (int c = 0; c < out.length; c++) {
      out[c] *= (float) out.length / in.length;
    }
    return out;
  }

  @Override
  public float[] pad(Pad it) {
    float[] in = value(it.input());
    float[] out = empty(it.output());
    int row = tensor(it.input()).size(2) * tensor(it.input()).size(3);
    int wide = tensor(it.output()).size(2) * tensor(it.output()).size(3);
    int left = it.left() * tensor(it.input()).size(3);
    for (int y = 0; y < tensor(it.input()).size(1); y++) {
      System.arraycopy(in, y * row, out, (y + it.top()) * wide + left, row);
    }
    return out;
  }

  @Override
  public float[] reshape(Reshape it) {
    return value(it.input());
  }

  @Override
  public float[] softmax(Softmax it) {
    float[] out = value(it.input()).clone();
    double largest = Double.NEGATIVE_INFINITY;
    for (float logit : out) {
      largest = Math.max(largest, logit);
    }
    double sum = 0;
    for (float logit : out) {
      sum += Math.exp(logit - largest);
    }
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) (Math.exp(out[i] - largest) / sum);
    }
    return out;
  }
}
