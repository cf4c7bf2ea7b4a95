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
import java.util.ArrayList;
import java.util.List;

/**
 * A network as TorchScript: a method {@code forward} of N x 3 x H x W, normalised, to N x (classes
 * + features), for any N, and the tensors that it takes from its module.
 */
public final class Script implements Operation.Visitor<String> {
  private final TfliteNetwork network;
  private final StringBuilder source = new StringBuilder("def forward(self, x):\n");
  private final List<Parameter> parameters = new ArrayList<>();
  private int layers;
  private int pools;
  private int constants;

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
    String logits = isRow ? row : "torch.flatten(" + row + ", 1)";
    network
        .features()
        .ifPresentOrElse(
            features ->
                script.line("return torch.cat([" + logits + ", " + script.row(features) + "], 1)"),
            () -> script.line("return " + logits));
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
      case LOGISTIC -> "torch.sigmoid(" + value + ")";
      case HARD_SWISH -> "torch.hardswish(" + value + ")";
    };
  }

  @Override
  public String convolution(Convolution it) {
    Weights weights = it.weights();
    List<Integer> sizes =
        List.of(weights.size(0), weights.size(3), weights.size(1), weights.size(2));
    String value = convolution(it, tensor(it.input()).size(3) / weights.size(3));
    learn(weights.inputsSecond(), sizes, weights.bias());
    return activated(it.activation(), value);
  }

  @Override
  public String depthwise(Depthwise it) {
    Weights weights = it.weights();
    List<Integer> sizes = List.of(weights.size(3), 1, weights.size(1), weights.size(2));
    String value = convolution(it, tensor(it.input()).size(3));
    learn(weights.outputsFirst(), sizes, weights.bias());
    return activated(it.activation(), value);
  }

  private void learn(float[] values, List<Integer> sizes, float[] bias) {
    parameters.add(new Parameter(weight(layers), values, sizes));
    parameters.add(new Parameter("bias_" + layers, bias, List.of(bias.length)));
    layers++;
  }

  private String convolution(Operation.Windowed it, int groups) {
    Borders borders = borders(it);
    String name = name(it.input());
    return "torch.conv2d(%s, self.%s, self.bias_%d, [%d, %d], [%d, %d], [%d, %d], %d)"
        .formatted(
            borders.isEven() ? name : borders.zeros(name),
            weight(layers),
            layers,
            it.rows().stride(),
            it.columns().stride(),
            borders.isEven() ? borders.top() : 0,
            borders.isEven() ? borders.left() : 0,
            it.rows().dilation(),
            it.columns().dilation(),
            groups);
  }

  private Borders borders(Operation.Windowed it) {
    return Borders.of(it, tensor(it.input()));
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
  public String arithmetic(Arithmetic it) {
    int rank = tensor(it.output()).shape().size();
    String left = name(it.left(), rank);
    String right = name(it.right(), rank);
    String operator =
        switch (it.kind()) {
          case ADD -> "torch.add(";
          case SUB -> "torch.sub(";
          case MUL -> "torch.mul(";
        };
    return activated(it.activation(), operator + left + ", " + right + ")");
  }

  /** A constant as a tensor that goes with one of so many dimensions. */
  private String name(Operand operand, int rank) {
    if (!operand.isConstant()) {
      return name(operand.tensor());
    }
    float[] values = new float[operand.values().size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = operand.values().get(i);
    }
    List<Integer> sizes = rank == 4 ? List.of(1, values.length, 1, 1) : List.of(1, values.length);
    String name = "constant_" + constants++;
    parameters.add(new Parameter(name, values, sizes));
    return "self." + name;
  }

  @Override
  public String concatenation(Concatenation it) {
    List<String> names = it.inputs().stream().map(this::name).toList();
    return activated(it.activation(), "torch.cat([" + String.join(", ", names) + "], 1)");
  }

  @Override
  public String activate(Activate it) {
    return activated(it.activation(), name(it.input()));
  }

  @Override
  public String mean(Mean it) {
    boolean keeps = tensor(it.output()).shape().size() == 4;
    return "torch.mean(%s, [2, 3], %s)".formatted(name(it.input()), keeps ? "True" : "False");
  }

  @Override
  public String pad(Pad it) {
    return new Borders(it.left(), it.right(), it.top(), it.bottom()).zeros(name(it.input()));
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
                borders(it).zeros(name(it.input())),
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

  /** What repeats the pixels at the border changes no maximum: a window beyond it has them. */
  @Override
  public String maxPool(MaxPool it) {
    return activated(
        it.activation(),
        "torch.max_pool2d(%s, [%d, %d], [%d, %d])"
            .formatted(
                borders(it).repeated(name(it.input())),
                it.rows().kernel(),
                it.columns().kernel(),
                it.rows().stride(),
                it.columns().stride()));
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
