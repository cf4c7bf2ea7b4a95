package dev.wwts.internal.rewrite;

import static dev.wwts.internal.rewrite.GraphNodes.constant;
import static dev.wwts.internal.rewrite.GraphNodes.integers;

import dev.wwts.internal.rewrite.ExampleShapes.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * All that decides how long a card takes for a convolution with what follows it, beside the card,
 * the type and the layout.
 *
 * @param hasBias whether the graph's own has one
 * @param adds whether a residual is added before ReLU
 */
public record ConvolutionShape(
    List<Long> input,
    List<Long> weight,
    List<Long> stride,
    List<Long> padding,
    List<Long> dilation,
    long groups,
    boolean hasBias,
    boolean adds) {
  private static final int AXES = 4;

  /**
   * That of a graph's convolution; null where cuDNN's call would do something else than the graph:
   * for a picture without a batch's axis, or a residual that is repeated or converted.
   *
   * @param shapes of its input, and of what is added
   * @param batch how many rows it is for
   */
  static @Nullable ConvolutionShape of(
      FusedConvolution fused, torch.ScalarType type, Map<Value, Shape> shapes, int batch) {
    Layer layer = fused.layer();
    Shape input = shapes.get(layer.input());
    if (input == null || input.type() != type || input.single().size() != AXES) {
      return null;
    }
    Value residual = fused.residual();
    if (residual != null) {
      Shape added = shapes.get(residual);
      if (added == null || !added.equals(shapes.get(layer.output()))) {
        return null;
      }
    }
    Tensor weight = constant(layer.weight()).toTensor();
    return new ConvolutionShape(
        input.of(batch),
        IntStream.range(0, AXES).mapToObj(weight::size).toList(),
        numbers(layer.stride()),
        numbers(layer.padding()),
        numbers(layer.dilation()),
        constant(layer.groups()).toInt(),
        layer.hasBias(),
        residual != null);
  }

  private static List<Long> numbers(Value value) {
    return Arrays.stream(integers(value)).boxed().toList();
  }

  public static long[] array(List<Long> numbers) {
    return numbers.stream().mapToLong(Long::longValue).toArray();
  }
}
