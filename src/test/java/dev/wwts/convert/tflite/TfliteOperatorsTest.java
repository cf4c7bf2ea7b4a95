package dev.wwts.convert.tflite;

import static dev.wwts.convert.tflite.TfliteFiles.convolution;
import static dev.wwts.convert.tflite.TfliteFiles.depthwise;
import static dev.wwts.convert.tflite.TfliteFiles.noise;
import static dev.wwts.convert.tflite.TfliteFiles.pool;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.convert.tflite.Script.Parameter;
import dev.wwts.internal.torch.LibTorch;
import dev.wwts.internal.torch.NativeScope;
import java.util.function.UnaryOperator;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each operator, by its evaluation and by its TorchScript, against LibTorch's own operators called
 * here, with borders, orders and layouts written out anew.
 */
class TfliteOperatorsTest {
  /** Sums of some hundred products of numbers up to 1, in another order. */
  private static final Offset<Float> ROUNDING = Offset.offset(2e-5f);

  @BeforeAll
  static void load() {
    LibTorch.load();
  }

  /** Sizes, strides and dilations whose borders are even, odd, and none. */
  @ParameterizedTest
  @CsvSource({
    "true, 1, 1, 3, 0", "true, 2, 1, 3, 3", "true, 2, 1, 2, 1", "true, 1, 2, 3, 0",
    "false, 1, 1, 3, 3", "false, 2, 1, 3, 0", "true, 3, 1, 5, 1", "true, 2, 1, 1, 0"
  })
  void convolutions(boolean same, int stride, int dilation, int kernel, int activation) {
    for (int side : new int[] {11, 12}) {
      int out = size(side, kernel, stride, dilation, same);
      float[] weights = noise(5 * kernel * kernel * 3, 7);
      TfliteFiles file = new TfliteFiles();
      int input = file.tensor(1, side, side, 3);
      int output = file.tensor(1, out, out, 5);
      file.operator(
          3,
          convolution(same, stride, dilation, activation),
          output,
          input,
          file.floats(weights, 5, kernel, kernel, 3),
          file.floats(noise(5, 8), 5));
      check(
          file.bytes(input, output),
          picture -> {
            Tensor oihw = of(weights, 5, kernel, kernel, 3).permute(0, 3, 1, 2);
            Tensor in = same ? bordered(picture, side, kernel, stride, dilation) : picture;
            return activated(
                torch.conv2d(
                    in,
                    oihw,
                    new TensorOptional(of(noise(5, 8), 5)),
                    new long[] {stride},
                    new long[] {0},
                    new long[] {dilation},
                    1),
                activation);
          },
          side);
    }
  }

  @Test
  void convolutionsInGroups() {
    float[] weights = noise(6 * 9, 7);
    TfliteFiles file = new TfliteFiles();
    int input = file.tensor(1, 6, 6, 3);
    int output = file.tensor(1, 4, 4, 6);
    file.operator(
        3,
        convolution(false, 1, 1, 0),
        output,
        input,
        file.floats(weights, 6, 3, 3, 1),
        file.floats(noise(6, 8), 6));
    check(
        file.bytes(input, output),
        picture ->
            torch.conv2d(
                picture,
                of(weights, 6, 3, 3, 1).permute(0, 3, 1, 2),
                new TensorOptional(of(noise(6, 8), 6)),
                new long[] {1},
                new long[] {0},
                new long[] {1},
                3),
        6);
  }

  @ParameterizedTest
  @CsvSource({"true, 1, 1", "true, 2, 2", "false, 2, 1"})
  void depthwiseConvolutions(boolean same, int stride, int each) {
    int results = 3 * each;
    int side = 10;
    int out = size(side, 3, stride, 1, same);
    float[] weights = noise(9 * results, 7);
    TfliteFiles file = new TfliteFiles();
    int input = file.tensor(1, side, side, 3);
    int output = file.tensor(1, out, out, results);
    file.operator(
        4,
        depthwise(same, stride, each, 3),
        output,
        input,
        file.floats(weights, 1, 3, 3, results),
        file.floats(noise(results, 8), results));
    check(
        file.bytes(input, output),
        picture -> {
          Tensor in = same ? bordered(picture, side, 3, stride, 1) : picture;
          Tensor kernel = of(weights, 1, 3, 3, results).permute(3, 0, 1, 2);
          return activated(
              torch.conv2d(
                  in,
                  kernel,
                  new TensorOptional(of(noise(results, 8), results)),
                  new long[] {stride},
                  new long[] {0},
                  new long[] {1},
                  3),
              3);
        },
        side);
  }

  /** Means count no border: as sums of pixels over sums of ones. */
  @ParameterizedTest
  @CsvSource({"true, 1, 2", "true, 2, 3", "false, 2, 3", "false, 1, 7", "true, 1, 3", "true, 7, 9"})
  void averages(boolean same, int stride, int kernel) {
    int side = 7;
    int out = size(side, kernel, stride, 1, same);
    TfliteFiles file = new TfliteFiles();
    int input = file.tensor(1, side, side, 3);
    int output = file.tensor(1, out, out, 3);
    file.operator(1, pool(same, stride, kernel, kernel), output, input);
    check(
        file.bytes(input, output),
        picture -> {
          Tensor ones = torch.ones_like(picture);
          return sums(picture, side, kernel, stride, same)
              .div(sums(ones, side, kernel, stride, same));
        },
        side);
  }

  private static Tensor sums(Tensor picture, int side, int kernel, int stride, boolean same) {
    Tensor in = same ? bordered(picture, side, kernel, stride, 1) : picture;
    return torch.conv2d(
        in,
        torch.ones(3, 1, kernel, kernel),
        new TensorOptional(),
        new long[] {stride},
        new long[] {0},
        new long[] {1},
        3);
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void means(boolean keeps) {
    TfliteFiles file = new TfliteFiles();
    int input = file.tensor(1, 5, 4, 3);
    int output = keeps ? file.tensor(1, 1, 1, 3) : file.tensor(1, 3);
    file.operator(40, TfliteFiles.mean(keeps), output, input, file.integers(2, -3));
    check(file.bytes(input, output), picture -> picture.mean(new long[] {2, 3}), 5, 4);
  }

  @Test
  void borders() {
    TfliteFiles file = new TfliteFiles();
    int input = file.tensor(1, 4, 5, 3);
    int output = file.tensor(1, 7, 5 + 7, 3);
    int sizes = file.integers(new int[] {0, 0, 1, 2, 3, 4, 0, 0}, null, 4, 2);
    file.operator(34, new TfliteFiles.Options(22), output, input, sizes);
    check(
        file.bytes(input, output),
        picture -> torch.constant_pad_nd(picture, new long[] {3, 4, 1, 2}, new Scalar(0f)),
        4,
        5);
  }

  @Test
  void sums() {
    TfliteFiles file = new TfliteFiles();
    int input = file.tensor(1, 4, 4, 3);
    int padded = file.tensor(1, 4, 4, 3);
    int output = file.tensor(1, 4, 4, 3);
    file.operator(1, pool(true, 1, 3, 3), padded, input);
    file.operator(0, TfliteFiles.add(1), output, padded, input);
    check(
        file.bytes(input, output),
        picture -> {
          Tensor ones = torch.ones_like(picture);
          Tensor mean = sums(picture, 4, 3, 1, true).div(sums(ones, 4, 3, 1, true));
          return torch.relu(mean.add(picture));
        },
        4);
  }

  /** Borders are less than any pixel, of windows that are even, odd, and none. */
  @ParameterizedTest
  @CsvSource({"true, 1, 3", "true, 2, 3", "true, 2, 2", "false, 2, 3", "false, 1, 7", "true, 3, 5"})
  void maxima(boolean same, int stride, int kernel) {
    for (int side : new int[] {7, 8}) {
      int out = size(side, kernel, stride, 1, same);
      TfliteFiles file = new TfliteFiles();
      int input = file.tensor(1, side, side, 3);
      int output = file.tensor(1, out, out, 3);
      file.operator(17, pool(same, stride, kernel, kernel), output, input);
      check(
          file.bytes(input, output),
          picture -> {
            // all below 0, where borders of zeros would win
            Tensor low = picture.sub(new Scalar(100f));
            Tensor in = same ? bordered(low, side, kernel, stride, 1) : low;
            Tensor bordered =
                torch.where(in.eq(new Scalar(0f)), torch.full_like(in, new Scalar(-1e30f)), in);
            return torch
                .max_pool2d(
                    bordered,
                    new long[] {kernel, kernel},
                    new long[] {stride, stride},
                    new long[] {0, 0},
                    new long[] {1, 1},
                    false)
                .add(new Scalar(100f));
          },
          side);
    }
  }

  /** With another tensor, a number, and a number a channel, on either side. */
  @ParameterizedTest
  @CsvSource({"0, 11", "18, 21", "41, 28"})
  void arithmetic(int code, int options) {
    float[] channels = noise(3, 4);
    TfliteFiles file = new TfliteFiles();
    int input = file.tensor(1, 4, 5, 3);
    int mean = file.tensor(1, 1, 1, 3);
    int gated = file.tensor(1, 4, 5, 3);
    int shifted = file.tensor(1, 4, 5, 3);
    int turned = file.tensor(1, 4, 5, 3);
    int output = file.tensor(1, 4, 5, 3);
    file.operator(40, TfliteFiles.mean(true), mean, input, file.integers(1, 2));
    file.operator(code, new TfliteFiles.Options(options, (byte) 0), gated, input, mean);
    file.operator(
        code, new TfliteFiles.Options(options, (byte) 0), shifted, gated, file.floats(channels, 3));
    file.operator(
        code,
        new TfliteFiles.Options(options, (byte) 0),
        turned,
        file.floats(new float[] {.75f}),
        shifted);
    file.operator(
        code,
        new TfliteFiles.Options(options, (byte) 1),
        output,
        turned,
        file.floats(channels, 1, 1, 1, 3));
    check(
        file.bytes(input, output),
        picture -> {
          Tensor channel = of(channels, 1, 3, 1, 1);
          Tensor all = picture.mean(new long[] {2, 3}).view(1, 3, 1, 1);
          Tensor first = of(code, of(code, picture, all), channel);
          Tensor second = of(code, torch.full_like(picture, new Scalar(.75f)), first);
          return torch.relu(of(code, second, channel));
        },
        4,
        5);
  }

  private static Tensor of(int code, Tensor left, Tensor right) {
    return switch (code) {
      case 0 -> left.add(right);
      case 18 -> left.mul(right);
      default -> left.sub(right);
    };
  }

  @ParameterizedTest
  @CsvSource({"14", "19", "21", "117"})
  void activations(int code) {
    TfliteFiles file = new TfliteFiles();
    int input = file.tensor(1, 4, 5, 3);
    int output = file.tensor(1, 4, 5, 3);
    file.operator(code, null, output, input);
    check(
        file.bytes(input, output),
        picture ->
            switch (code) {
              case 14 -> picture.sigmoid();
              case 19 -> torch.relu(picture);
              case 21 -> activated(picture, 3);
              default -> picture.mul(activated(picture.add(new Scalar(3f)), 3)).div(new Scalar(6f));
            },
        4,
        5);
  }

  @ParameterizedTest
  @CsvSource({"3", "-1"})
  void concatenations(int axis) {
    TfliteFiles file = new TfliteFiles();
    int input = file.tensor(1, 4, 4, 3);
    int largest = file.tensor(1, 4, 4, 3);
    int output = file.tensor(1, 4, 4, 9);
    file.operator(21, null, largest, input);
    file.operator(2, TfliteFiles.concatenation(axis, 1), output, input, largest, input);
    check(
        file.bytes(input, output),
        picture ->
            torch.relu(
                torch.cat(
                    new org.bytedeco.pytorch.TensorVector(picture, activated(picture, 3), picture),
                    1)),
        4);
  }

  /** As converters write networks in 16 bits: the weights come through DEQUANTIZE. */
  @Test
  void weightsOf16Bits() {
    float[] weights = {.5f, -.25f, 2, 1, -1.5f, 0x1p-24f, 65504, 0, 3.140625f};
    short[] bits = {0x3800, (short) 0xb400, 0x4000, 0x3c00, (short) 0xbe00, 1, 0x7bff, 0, 0x4248};
    java.nio.ByteBuffer bytes =
        java.nio.ByteBuffer.allocate(18).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    bytes.asShortBuffer().put(bits);
    TfliteFiles file = new TfliteFiles();
    int input = file.tensor(1, 1, 1, 3);
    int kernel = file.tensor(3, 3);
    int output = file.tensor(1, 3);
    int stored = file.constant(TfliteFiles.FLOAT16, null, bytes.array(), 3, 3);
    file.operator(6, null, kernel, stored);
    file.operator(9, TfliteFiles.fullyConnected(), output, input, kernel, -1);
    TfliteNetwork network = TfliteReader.read(file.bytes(input, output), "small.tflite");
    assertThat(network.script().parameters().get(0).values()).containsExactly(weights);
    assertThat(network.quantizedLayers()).isEmpty();
  }

  /** As Keras flattens: the row's shape is computed of the picture's. */
  @Test
  void shapesThatAreComputed() {
    TfliteFiles file = new TfliteFiles();
    int input = file.tensor(1, 4, 5, 3);
    int shape = file.tensor(TfliteFiles.INT32, null, 4);
    int batch = file.tensor(TfliteFiles.INT32, null, 1);
    int wanted = file.tensor(TfliteFiles.INT32, null, 2);
    int output = file.tensor(1, 60);
    file.operator(77, null, shape, input);
    file.operator(45, null, batch, shape, file.integers(0), file.integers(1), file.integers(1));
    file.operator(83, null, wanted, batch, file.integers(60));
    file.operator(22, null, output, input, wanted);
    check(file.bytes(input, output), picture -> picture.permute(0, 2, 3, 1).flatten(1, -1), 4, 5);
  }

  /** The order of a row is that of N x H x W x C. */
  @ParameterizedTest
  @CsvSource({"true", "false"})
  void linearLayers(boolean isReshaped) {
    float[] weights = noise(4 * 60, 5);
    TfliteFiles file = new TfliteFiles();
    int input = file.tensor(1, 5, 4, 3);
    int row = file.tensor(1, 60);
    int logits = file.tensor(1, 4);
    int output = file.tensor(1, 4);
    if (isReshaped) {
      file.operator(22, null, row, input, file.integers(1, 60));
    }
    file.operator(
        9,
        TfliteFiles.fullyConnected(),
        logits,
        isReshaped ? row : input,
        file.floats(weights, 4, 60),
        file.floats(noise(4, 6), 4));
    file.operator(25, TfliteFiles.softmax(), output, logits);
    check(
        file.bytes(input, output),
        picture -> {
          Tensor flat = picture.permute(0, 2, 3, 1).flatten(1, -1);
          Tensor bias = of(noise(4, 6), 4);
          Tensor sum = torch.matmul(flat, of(weights, 4, 60).t()).add(bias);
          return torch.softmax(sum, 1);
        },
        5,
        4);
  }

  private static int size(int side, int kernel, int stride, int dilation, boolean same) {
    int reach = (kernel - 1) * dilation + 1;
    return same ? (side + stride - 1) / stride : (side - reach) / stride + 1;
  }

  /** TensorFlow's SAME: half of what is missing before, the rest behind. */
  private static Tensor bordered(Tensor picture, int side, int kernel, int stride, int dilation) {
    int results = (side + stride - 1) / stride;
    int missing = Math.max(0, (results - 1) * stride + (kernel - 1) * dilation + 1 - side);
    int before = missing / 2;
    int after = missing - before;
    return torch.constant_pad_nd(
        picture, new long[] {before, after, before, after}, new Scalar(0f));
  }

  private static Tensor activated(Tensor value, int activation) {
    return switch (activation) {
      case 1 -> torch.relu(value);
      case 3 -> torch.hardtanh(value, new Scalar(0f), new Scalar(6f));
      default -> value;
    };
  }

  private static Tensor of(float[] values, long... sizes) {
    return torch.tensor(values).view(sizes);
  }

  private static void check(byte[] file, UnaryOperator<Tensor> expected, int side) {
    check(file, expected, side, side);
  }

  /** What the file gives for two pictures, one of which only TorchScript sees, as its second. */
  private static void check(byte[] file, UnaryOperator<Tensor> expected, int height, int width) {
    TfliteNetwork network = TfliteReader.read(file, "small.tflite");
    float[] pixels = noise(height * width * 3, 99);
    NativeScope.inference(
        () -> {
          Tensor picture = of(pixels, 1, height, width, 3).permute(0, 3, 1, 2).mul(new Scalar(4f));
          float[] nhwc = values(picture.permute(0, 2, 3, 1));
          Tensor right = expected.apply(picture);
          Tensor rightRow = right.dim() == 4 ? right.permute(0, 2, 3, 1) : right;
          float[] evaluated = new Evaluation(network).run(nhwc);
          assertThat(evaluated).hasSameSizeAs(values(rightRow));
          assertThat(evaluated).containsExactly(values(rightRow), ROUNDING);

          Tensor two = torch.cat(new org.bytedeco.pytorch.TensorVector(picture.neg(), picture));
          JitModule module = module(network.script());
          Tensor both = module.forward(new IValueVector(new IValue(two))).toTensor();
          assertThat(values(both.narrow(0, 1, 1)))
              .containsExactly(values(right.flatten(1, -1)), ROUNDING);
          assertThat(values(both.narrow(0, 0, 1)))
              .containsExactly(values(expected.apply(picture.neg()).flatten(1, -1)), ROUNDING);
          return true;
        });
  }

  private static JitModule module(Script script) {
    JitModule module = new JitModule(new QualifiedName("Small"));
    for (Parameter parameter : script.parameters()) {
      long[] sizes = parameter.sizes().stream().mapToLong(it -> it).toArray();
      module.register_parameter(parameter.name(), of(parameter.values(), sizes), false);
    }
    module.define(script.source());
    return module;
  }

  private static float[] values(Tensor tensor) {
    float[] values = new float[(int) tensor.numel()];
    tensor.contiguous().data_ptr_float().get(values);
    return values;
  }
}
