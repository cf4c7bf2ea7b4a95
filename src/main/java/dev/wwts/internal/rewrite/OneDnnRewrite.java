package dev.wwts.internal.rewrite;

import static dev.wwts.internal.rewrite.GraphNodes.kind;
import static dev.wwts.internal.rewrite.GraphNodes.operand;

import dev.wwts.internal.rewrite.ExampleShapes.Shape;
import dev.wwts.internal.torch.NativeScope;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Symbol;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.ValueVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** What {@link OneDnnLayers} does to one graph. */
final class OneDnnRewrite {
  private static final String RELU = "relu";

  private final Graph graph;
  private final torch.ScalarType type;
  private final OneDnnOperators operators;
  private final PixelwiseLinear pixelwise;

  /** Whether nodes may be computed later than they stand. */
  private final boolean free;

  private final Set<JitNode> sums;

  private final Map<Value, List<JitNode>> uses;
  private final Map<Value, Shape> shapes;
  private final Set<JitNode> outermost;
  private final Set<JitNode> gone = new LinkedHashSet<>();
  private final Set<JitNode> plainWeights = new HashSet<>();

  /** Makes one whose constants go where the graph's insert point is. */
  OneDnnRewrite(Survey survey, Map<Value, Shape> shapes) {
    this.graph = survey.graph();
    this.type = survey.type();
    this.free = survey.isFree();
    this.sums = survey.sums();
    this.operators = new OneDnnOperators(graph);
    this.pixelwise = new PixelwiseLinear(graph);
    this.uses = GraphNodes.uses(graph);
    this.outermost = new HashSet<>(GraphNodes.of(graph));
    this.shapes = shapes;
  }

  /** Gives whether some of those layers are convolutions that are oneDNN's now. */
  boolean rewrite(List<Layer> layers) {
    boolean convolves = false;
    for (Layer layer : layers) {
      Shape input = shapes.get(layer.input());
      if (input == null || input.type() != type || !hasAxes(layer, input.single().size())) {
        continue;
      }
      convolves |= layer.isConvolution();
      // a scope each, as every look at a weight holds it
      NativeScope.of(
          () -> rewrite(layer.isConvolution() || !free ? layer : convolutionOf(layer, input)));
    }
    // the last first, as each is the next one's input; only now, as a new node may get an old one's
    // address
    gone.forEach(JitNode::destroy);
    plainWeights.stream().filter(weight -> !weight.hasUses()).forEach(JitNode::destroy);
    return convolves;
  }

  /** Layers also take a picture, or a row, without its batch's axis; oneDNN's do not. */
  private static boolean hasAxes(Layer layer, int axes) {
    return layer.isConvolution() ? axes == 4 : axes >= 2;
  }

  /** A linear layer as a convolution where that is faster, else the layer. */
  private Layer convolutionOf(Layer layer, Shape input) {
    long[] sizes = input.sizes();
    boolean ofOneForm = input.twice().size() == sizes.length;
    if (!ofOneForm || !PixelwiseLinear.pays(type, sizes)) {
      return layer;
    }
    PixelwiseLinear.Replaced replaced = pixelwise.replace(layer, sizes.length);
    Layer convolution = new Layer(replaced.convolution(), true);
    List<Long> pixels = Arrays.stream(PixelwiseLinear.pixels(sizes)).boxed().toList();
    shapes.put(convolution.input(), new Shape(pixels, pixels, type));
    if (shapes.containsKey(layer.output())) {
      shapes.put(replaced.result(), shapes.get(layer.output()));
    }
    // views stand between the convolution and what follows the layer: nothing merges with it
    uses.put(replaced.result(), uses.getOrDefault(layer.output(), List.of()));
    plainWeights.add(layer.weight().node());
    gone.add(layer.node());
    return convolution;
  }

  private JitNode rewrite(Layer layer) {
    JitNode last = layer.node();
    Value residual = null;
    JitNode sum = follower(last);
    if (sum != null && sums.contains(sum) && takes(layer, sum)) {
      residual = Sums.otherThan(layer.output(), sum);
      last = sum;
    }
    JitNode activation = follower(last);
    Pointwise pointwise = activation == null ? null : Pointwise.of(activation);
    if (activation != null
        && pointwise != null
        && (residual == null || isMergedWithSum(layer, pointwise))) {
      last = activation;
    } else {
      pointwise = null;
    }
    long[] sizes = Objects.requireNonNull(shapes.get(layer.input())).sizes();
    JitNode replacement =
        layer.isConvolution()
            ? operators.convolution(
                layer, channelsLast(layer.input(), last), sizes, residual, pointwise)
            : operators.linear(layer, sizes, residual, pointwise);
    replacement.insertBefore(last);
    last.output().replaceAllUsesWith(replacement.output());
    Value now = replacement.output();
    uses.put(now, uses.getOrDefault(last.output(), List.of()));
    if (shapes.containsKey(last.output())) {
      shapes.put(now, shapes.get(last.output()));
    }
    letGo(layer.weight());
    if (pointwise != null) {
      gone.add(activation);
    }
    if (residual != null) {
      gone.add(sum);
    }
    gone.add(layer.node());
    return replacement;
  }

  /** Of a plain weight that nobody else reads the memory goes at once, its node with the others. */
  private void letGo(Value weight) {
    plainWeights.add(weight.node());
    if (uses.getOrDefault(weight, List.of()).size() == 1) {
      weight.node().t_(Symbol.attr("value"), torch.empty(0));
    }
  }

  /** oneDNN's linear layers take an addition or a function, its convolutions both if it is ReLU. */
  private static boolean isMergedWithSum(Layer layer, Pointwise pointwise) {
    return layer.isConvolution() && pointwise.name().equals(RELU);
  }

  /** A layout that a layer's result has already costs nothing to ask for. */
  private Value channelsLast(Value input, JitNode at) {
    JitNode producer = input.node();
    Value source = input;
    if (kind(producer).equals("aten::contiguous") && onlyUser(input) != null) {
      source = operand(producer, "self");
    } else if (kind(producer).equals("mkldnn::_convolution_pointwise")) {
      return input;
    }
    JitNode laid =
        graph.create(
            Symbol.fromQualString("aten::contiguous"),
            new ValueVector(source, graph.insertConstant(new IValue(Layouts.CHANNELS_LAST))));
    laid.insertBefore(at);
    return laid.output();
  }

  private @Nullable JitNode onlyUser(Value value) {
    List<JitNode> users = uses.getOrDefault(value, List.of());
    return users.size() == 1 ? users.get(0) : null;
  }

  /** The only node that uses a node's result, if it may be merged into it. */
  private @Nullable JitNode follower(JitNode node) {
    JitNode user = free ? onlyUser(node.output()) : null;
    return user == null || gone.contains(user) || !outermost.contains(user) ? null : user;
  }

  /** Of one shape and type: oneDNN repeats nothing, and converts nothing. */
  private boolean takes(Layer layer, JitNode sum) {
    Shape a = shapes.get(operand(sum, "self"));
    Shape b = shapes.get(operand(sum, "other"));
    boolean same = a != null && b != null && a.type() == type && a.equals(b);
    // in 16 bits oneDNN has no such convolution where channels come in groups
    boolean plain = type == torch.ScalarType.Float || !layer.isConvolution() || !layer.isGrouped();
    return same && plain;
  }
}
