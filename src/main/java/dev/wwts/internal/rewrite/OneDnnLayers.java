package dev.wwts.internal.rewrite;

import static dev.wwts.internal.rewrite.GraphNodes.operand;

import dev.wwts.internal.rewrite.ExampleShapes.Shape;
import dev.wwts.internal.torch.LibTorch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.global.torch;

/**
 * Makes the convolutions and linear layers of a frozen graph oneDNN's own: weights packed once
 * instead of at every call, activation functions and additions of a residual done while the result
 * is in cache, pixels' channels side by side. Linear layers also leave OpenBLAS, whose threads
 * fight with OpenMP's for cores (see {@link LibTorch}). The operators are those that
 * torch.compile's freezing uses on CPUs; the results differ from the plain ones in the last bits.
 *
 * <pre>
 * y = conv2d(x, w, b, …)            p = a constant: w, packed
 * z = add_(y, residual)      ->     c = contiguous(x, channels_last)
 * r = relu_(z)                      r = mkldnn::_convolution_pointwise(c, residual, p, b, …, "add", "relu")
 * </pre>
 *
 * <p>Merged is only where nobody can tell that something is written over ({@link Writes}); where
 * somebody can, or where the graph asks for strides ({@link Layouts}), convolutions stay as they
 * are, and linear layers are packed alone. That the result answers as the plain graph does is not
 * taken from this reasoning: loading holds one against the other.
 */
final class OneDnnLayers implements GraphPass {
  @Override
  public Stage stage() {
    return Stage.FASTER;
  }

  @Override
  public Change look(Survey survey) {
    List<Layer> layers = in(survey);
    return layers.isEmpty() ? Change.NONE : new Packing(survey, layers);
  }

  /** Layers that it may change; none where oneDNN is not there, or has no such type here. */
  static List<Layer> in(Survey survey) {
    if (!torch.hasMKLDNN() || !PackedWeights.arePossible(survey.type())) {
      return List.of();
    }
    return survey.hasFreeLayouts()
        ? survey.layers()
        : survey.layers().stream().filter(layer -> !layer.isConvolution()).toList();
  }

  private static final class Packing implements Change {
    private final Survey survey;
    private final List<Layer> layers;
    private boolean convolves;

    Packing(Survey survey, List<Layer> layers) {
      this.survey = survey;
      this.layers = layers;
      // known before what comes first changes the graph
      survey.sums();
    }

    @Override
    public List<Value> asked() {
      List<Value> asked = new ArrayList<>();
      layers.forEach(layer -> asked.addAll(List.of(layer.input(), layer.output())));
      survey
          .sums()
          .forEach(sum -> asked.addAll(List.of(operand(sum, "self"), operand(sum, "other"))));
      return asked;
    }

    @Override
    public void apply(Map<Value, Shape> shapes) {
      convolves = new OneDnnRewrite(survey, shapes).rewrite(layers);
    }

    @Override
    public boolean wantsChannelsLast() {
      return convolves;
    }
  }
}
