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
import java.util.HashMap;
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
          .filter(used -> Objects.equals(lastUses.get(used), now) && used != network.output())
          .forEach(values::remove);
    }
    return value(network.output());
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

  /** What a window does with the values of one place for one result. */
  private interface Tap {
    /** From values at {@code from} to results at {@code to}, by the window's value {@code tap}. */
    void take(int from, int to, int tap);
  }

  /** Each result's values, those beyond the borders left out. */
  private void slide(int input, int output, Window rows, Window columns, Tap tap) {
    TensorInfo from = tensor(input);
    TensorInfo to = tensor(output);
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

  private float[] filledWith(float[] bias, int output) {
    float[] filled = empty(output);
    for (int i = 0; i < filled.length; i += bias.length) {
      System.arraycopy(bias, 0, filled, i, bias.length);
    }
    return filled;
  }

  @Override
  public float[] convolution(Convolution it) {
    float[] in = value(it.input());
    float[] out = filledWith(it.weights().bias(), it.output());
    int each = it.weights().size(3);
    int outputs = it.weights().size(0);
    int groups = tensor(it.input()).size(3) / each;
    float[] weights = outputsLast(it.weights());
    slide(
        it.input(),
        it.output(),
        it.rows(),
        it.columns(),
        (from, to, tap) -> {
          for (int i = 0; i < each * groups; i++) {
            int first = i / each * (outputs / groups);
            int at = (tap * each + i % each) * outputs + first;
            multiplyAdd(in[from + i], weights, at, out, to + first, outputs / groups);
          }
        });
    return activated(it.activation(), out);
  }

  /** O x kH x kW x I to kH x kW x I x O: the inner loop then goes along memory. */
  private static float[] outputsLast(Weights weights) {
    int outputs = weights.size(0);
    int rest = weights.values().length / outputs;
    float[] turned = new float[weights.values().length];
    for (int o = 0; o < outputs; o++) {
      for (int i = 0; i < rest; i++) {
        turned[i * outputs + o] = weights.values()[o * rest + i];
      }
    }
    return turned;
  }

  private static void multiplyAdd(
      float factor, float[] weights, int at, float[] sums, int to, int count) {
    for (int i = 0; i < count; i++) {
      sums[to + i] += factor * weights[at + i];
    }
  }

  @Override
  public float[] depthwise(Depthwise it) {
    float[] in = value(it.input());
    float[] out = filledWith(it.weights().bias(), it.output());
    float[] weights = it.weights().values();
    int outputs = it.weights().size(3);
    int each = outputs / tensor(it.input()).size(3);
    slide(
        it.input(),
        it.output(),
        it.rows(),
        it.columns(),
        (from, to, tap) -> {
          for (int o = 0; o < outputs; o++) {
            out[to + o] += in[from + o / each] * weights[tap * outputs + o];
          }
        });
    return activated(it.activation(), out);
  }

  @Override
  public float[] fullyConnected(FullyConnected it) {
    float[] in = value(it.input());
    float[] out = it.weights().bias().clone();
    float[] weights = outputsLast(it.weights());
    for (int i = 0; i < in.length; i++) {
      multiplyAdd(in[i], weights, i * out.length, out, 0, out.length);
    }
    return activated(it.activation(), out);
  }

  @Override
  public float[] add(Add it) {
    float[] out = value(it.left()).clone();
    float[] right = value(it.right());
    for (int i = 0; i < out.length; i++) {
      out[i] += right[i];
    }
    return activated(it.activation(), out);
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
  public float[] averagePool(AveragePool it) {
    float[] in = value(it.input());
    float[] out = empty(it.output());
    int channels = tensor(it.input()).size(3);
    int[] counted = new int[out.length / channels];
    slide(
        it.input(),
        it.output(),
        it.rows(),
        it.columns(),
        (from, to, tap) -> {
          counted[to / channels]++;
          for (int c = 0; c < channels; c++) {
            out[to + c] += in[from + c];
          }
        });
    for (int i = 0; i < out.length; i++) {
      out[i] /= counted[i / channels];
    }
    return activated(it.activation(), out);
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
