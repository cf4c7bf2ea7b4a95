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
import java.util.ArrayList;
import java.util.List;

/**
 * A network as TorchScript: a method {@code forward} of N x 3 x H x W, normalised, to N x classes,
 * for any N, and the tensors that it takes from its module.
 */
public final class Script implements Operation.Visitor<String> {
  private final TfliteNetwork network;
  private final StringBuilder source = new StringBuilder("def forward(self, x):\n");
  private final List<Parameter> parameters = new ArrayList<>();
  private int layers;
  private int pools;

  private Script(TfliteNetwork network) {
    this.network = network;
  }

  /**
   * A tensor of the module.
   *
   * @param name of the attribute
   * @param values in the order of TorchScript
   * @param sizes as TorchScript has them
   */
  @SuppressWarnings("ArrayRecordComponent") // handed to LibTorch, never compared
  public record Parameter(String name, float[] values, List<Integer> sizes) {}

  static Script of(TfliteNetwork network) {
    Script script = new Script(network);
    for (Operation operation : network.operations()) {
      script.line(script.name(operation.output()) + " = " + operation.accept(script));
    }
    String row = script.name(network.output());
    boolean isRow = network.tensor(network.output()).shape().size() == 2;
    script.line("return " + (isRow ? row : "torch.flatten(" + row + ", 1)"));
    return script;
  }

  private void line(String statement) {
    source.append("  ").append(statement).append('\n');
  }

  /** The name of a layer's weights, by its number among those that have some. */
  static String weight(int number) {
    return "weight_" + number;
  }

  /** The method's source. */
  public String source() {
    return source.toString();
  }

  /** What its module must hold. */
  public List<Parameter> parameters() {
    return List.copyOf(parameters);
  }

  private String name(int tensor) {
    return tensor == network.input() ? "x" : "x" + tensor;
  }

  private TensorInfo tensor(int number) {
    return network.tensor(number);
  }

  private static String activated(Activation activation, String value) {
    return switch (activation) {
      case NONE -> value;
      case RELU -> "torch.relu(" + value + ")";
      case RELU6 -> "torch.hardtanh(" + value + ", 0., 6.)";
    };
  }

  @Override
  public String convolution(Convolution it) {
    Weights weights = it.weights();
    int inputs = weights.size(3);
    float[] values = new float[weights.values().length];
    int taps = weights.size(1) * weights.size(2);
    for (int i = 0; i < values.length; i++) {
      // O x kH x kW x I to O x I x kH x kW
      int tap = i / inputs % taps;
      values[(i / (taps * inputs) * inputs + i % inputs) * taps + tap] = weights.values()[i];
    }
    List<Integer> sizes = List.of(weights.size(0), inputs, weights.size(1), weights.size(2));
    int groups = tensor(it.input()).size(3) / inputs;
    String value = convolution(it.input(), it.rows(), it.columns(), groups);
    learn(values, sizes, weights.bias());
    return activated(it.activation(), value);
  }

  @Override
  public String depthwise(Depthwise it) {
    Weights weights = it.weights();
    int outputs = weights.size(3);
    float[] values = new float[weights.values().length];
    int taps = weights.size(1) * weights.size(2);
    for (int i = 0; i < values.length; i++) {
      // 1 x kH x kW x O to O x 1 x kH x kW
      values[i % outputs * taps + i / outputs] = weights.values()[i];
    }
    List<Integer> sizes = List.of(outputs, 1, weights.size(1), weights.size(2));
    int groups = tensor(it.input()).size(3);
    String value = convolution(it.input(), it.rows(), it.columns(), groups);
    learn(values, sizes, weights.bias());
    return activated(it.activation(), value);
  }

  private void learn(float[] values, List<Integer> sizes, float[] bias) {
    parameters.add(new Parameter(weight(layers), values, sizes));
    parameters.add(new Parameter("bias_" + layers, bias, List.of(bias.length)));
    layers++;
  }

  private String convolution(int input, Window rows, Window columns, int groups) {
    int height = tensor(input).size(1);
    int width = tensor(input).size(2);
    boolean isEven =
        rows.before(height) == rows.after(height) && columns.before(width) == columns.after(width);
    return "torch.conv2d(%s, self.%s, self.bias_%d, [%d, %d], [%d, %d], [%d, %d], %d)"
        .formatted(
            isEven ? name(input) : bordered(input, rows, columns),
            weight(layers),
            layers,
            rows.stride(),
            columns.stride(),
            isEven ? rows.before(height) : 0,
            isEven ? columns.before(width) : 0,
            rows.dilation(),
            columns.dilation(),
            groups);
  }

  /** LibTorch's layers know the same border on both sides only. */
  private String bordered(int input, Window rows, Window columns) {
    int height = tensor(input).size(1);
    int width = tensor(input).size(2);
    return bordered(
        input,
        columns.before(width),
        columns.after(width),
        rows.before(height),
        rows.after(height));
  }

  private String bordered(int input, int left, int right, int top, int bottom) {
    return left + right + top + bottom == 0
        ? name(input)
        : "torch.constant_pad_nd(%s, [%d, %d, %d, %d], 0.)"
            .formatted(name(input), left, right, top, bottom);
  }

  @Override
  public String fullyConnected(FullyConnected it) {
    Weights weights = it.weights();
    String value =
        "torch.linear(%s, self.%s, self.bias_%d)"
            .formatted(row(it.input()), weight(layers), layers);
    learn(weights.values(), List.of(weights.size(0), weights.size(1)), weights.bias());
    return activated(it.activation(), value);
  }

  /** All of a picture in one row, in the order of N x H x W x C. */
  private String row(int input) {
    TensorInfo picture = tensor(input);
    String name = name(input);
    if (picture.shape().size() == 2) {
      return name;
    }
    boolean isPixel = picture.size(picture.shape().size() - 1) == picture.elements();
    return isPixel
        ? "torch.flatten(" + name + ", 1)"
        : "torch.flatten(torch.permute(" + name + ", [0, 2, 3, 1]), 1)";
  }

  @Override
  public String add(Add it) {
    return activated(
        it.activation(), "torch.add(" + name(it.left()) + ", " + name(it.right()) + ")");
  }

  @Override
  public String mean(Mean it) {
    boolean keeps = tensor(it.output()).shape().size() == 4;
    return "torch.mean(%s, [2, 3], %s)".formatted(name(it.input()), keeps ? "True" : "False");
  }

  @Override
  public String pad(Pad it) {
    return bordered(it.input(), it.left(), it.right(), it.top(), it.bottom());
  }

  @Override
  public String averagePool(AveragePool it) {
    TensorInfo input = tensor(it.input());
    TensorInfo output = tensor(it.output());
    boolean isWhole =
        output.size(1) * output.size(2) == 1
            && it.rows().kernel() >= input.size(1)
            && it.columns().kernel() >= input.size(2);
    String name = name(it.input());
    String value =
        isWhole ? "torch.adaptive_avg_pool2d(" + name + ", [1, 1])" : windows(it, input, output);
    return activated(it.activation(), value);
  }

  /** Means that also count the zeros of borders, made larger where there are some. */
  private String windows(AveragePool it, TensorInfo input, TensorInfo output) {
    String means =
        "torch.avg_pool2d(%s, [%d, %d], [%d, %d])"
            .formatted(
                bordered(it.input(), it.rows(), it.columns()),
                it.rows().kernel(),
                it.columns().kernel(),
                it.rows().stride(),
                it.columns().stride());
    if (!it.rows().isSame()) {
      return means;
    }
    int high = output.size(1);
    int wide = output.size(2);
    float[] factors = new float[high * wide];
    float all = it.rows().kernel() * it.columns().kernel();
    for (int i = 0; i < factors.length; i++) {
      int counted =
          it.rows().inside(i / wide, input.size(1)) * it.columns().inside(i % wide, input.size(2));
      factors[i] = all / counted;
    }
    String name = "pool_" + pools++;
    parameters.add(new Parameter(name, factors, List.of(1, 1, high, wide)));
    return "torch.mul(" + means + ", self." + name + ")";
  }

  @Override
  public String reshape(Reshape it) {
    List<Integer> from = tensor(it.input()).shape();
    List<Integer> to = tensor(it.output()).shape();
    if (from.equals(to)) {
      return name(it.input());
    }
    return to.size() == 2
        ? row(it.input())
        : "torch.reshape(%s, [-1, %d, 1, 1])".formatted(name(it.input()), to.get(3));
  }

  @Override
  public String softmax(Softmax it) {
    return "torch.softmax(" + name(it.input()) + ", 1)";
  }
}
