package dev.wwts.torch;

import static dev.wwts.torch.GraphNodes.isConstant;
import static dev.wwts.torch.GraphNodes.isIntegers;
import static dev.wwts.torch.GraphNodes.isTensor;
import static dev.wwts.torch.GraphNodes.kind;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Symbol;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.ValueVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Makes the convolutions and linear layers of a frozen graph oneDNN's own: weights packed once
 * instead of at every call, activation functions and additions of a residual done while the result
 * is in cache, pixels' channels side by side. Linear layers also leave OpenBLAS, whose threads
 * fight with OpenMP's for cores (see {@link LibTorch}). The operators are those that
 * torch.compile's freezing uses on CPUs; the results differ from the plain ones in the last bits.
 */
final class OneDnnRewrite {
  private static final long PLANES = 0;
  private static final long CHANNELS_LAST = 2;

  private static final Set<String> POOLINGS =
      Set.of("aten::avg_pool2d", "aten::max_pool2d", "aten::adaptive_avg_pool2d");

  /** Give the same memory where planes allow it. */
  private static final Set<String> SHARING =
      Set.of("aten::contiguous", "aten::view", "aten::reshape", "aten::flatten");

  private final JitModule frozen;
  private final Graph graph;
  private final torch.ScalarType type;
  private List<JitNode> nodes;
  private Map<Value, List<JitNode>> uses = Map.of();
  private final Map<Value, long[]> shapes = new HashMap<>();
  private final Set<JitNode> gone = new LinkedHashSet<>();

  private final Set<JitNode> plainWeights = new HashSet<>();
  private final boolean hasBlocks;
  private final JitNode first;
  private final PixelwiseLinear pixelwise;
  private final PackedWeights packed;

  private OneDnnRewrite(JitModule frozen, torch.ScalarType type) {
    this.frozen = frozen;
    this.graph = frozen.get_method("forward").graph();
    this.type = type;
    this.nodes = GraphNodes.of(graph);
    this.first = graph.nodes().front();
    this.pixelwise = new PixelwiseLinear(graph);
    this.packed = new PackedWeights(graph, first);
    this.hasBlocks = GraphNodes.haveBlocks(nodes);
  }

  /**
   * Rewrites {@code frozen}, a module on the CPU, before its first forward and inside the caller's
   * pointer scope.
   *
   * @param type of weights and input, float32 or bfloat16; nothing changes where oneDNN has no
   *     bfloat16
   * @param example an input of the usual shape: layouts are chosen for it, others work too
   * @return whether it has convolutions that want channels-last inputs
   */
  static boolean run(JitModule frozen, torch.ScalarType type, Tensor example) {
    return torch.hasMKLDNN()
        && PackedWeights.arePossible(type)
        && new OneDnnRewrite(frozen, type).run(example);
  }

  private boolean run(Tensor example) {
    graph.setInsertPoint(first);
    if (type == torch.ScalarType.BFloat16) {
      nodes.stream().filter(OneDnnRewrite::isAttention).forEach(this::attendInFloat);
      nodes = GraphNodes.of(graph);
    }
    List<JitNode> layers = nodes.stream().filter(this::isLayer).toList();
    if (layers.isEmpty()) {
      return false;
    }
    uses = GraphNodes.uses(graph, nodes);
    if (layers.stream().anyMatch(OneDnnRewrite::isConvolution)) {
      if (writesOverShared()) {
        return false;
      }
      nodes = nodes.stream().map(this::forAnyLayout).toList();
      uses = GraphNodes.uses(graph, nodes);
      nodes.stream().filter(this::isForPoolingOnly).forEach(this::leaveOut);
    }
    shapes.putAll(ExampleShapes.of(frozen, askedShapes(layers), example));
    boolean convolves = false;
    for (JitNode layer : layers) {
      convolves |= isConvolution(layer);
      rewrite(isConvolution(layer) ? layer : convolutionOf(layer));
    }
    // the last first, as each is the next one's input; only now, as a new node may get an old one's
    // address
    gone.forEach(JitNode::destroy);
    plainWeights.stream().filter(weight -> !weight.hasUses()).forEach(JitNode::destroy);
    graph.lint();
    return convolves;
  }

  /**
   * A view of planes is not one of pixels whose channels lie side by side, which is how layers give
   * their results from now on; reshaping takes both.
   */
  private JitNode forAnyLayout(JitNode node) {
    if (!kind(node).equals("aten::view") || !isSizes(node.input(1))) {
      return node;
    }
    JitNode reshape =
        GraphNodes.insert(graph, "aten::reshape", node, node.input(0), node.input(1)).node();
    node.output().replaceAllUsesWith(reshape.output());
    gone.add(node);
    return reshape;
  }

  /** A view may also be told of a type. */
  private static boolean isSizes(Value value) {
    return value.type().get().kind().intern() == torch.TypeKind.ListType;
  }

  /** Whether a node makes planes that only poolings read, which are faster on what it is given. */
  private boolean isForPoolingOnly(JitNode node) {
    if (hasBlocks
        || !kind(node).equals("aten::contiguous")
        || !isConstant(node.input(1))
        || torch.toIValue(node.input(1)).get().toInt() != PLANES) {
      return false;
    }
    List<JitNode> users = uses.getOrDefault(node.output(), List.of());
    return !users.isEmpty()
        && users.stream()
            .allMatch(u -> POOLINGS.contains(kind(u)) && nothingChangesBetween(node, u));
  }

  /**
   * Whether something writes over what is the same memory as something else, of planes: of channels
   * that lie side by side it would be a copy. In blocks all writes and views count.
   */
  private boolean writesOverShared() {
    boolean inBlocks =
        GraphNodes.inside(nodes).stream()
            .anyMatch(node -> kind(node).endsWith("_") || kind(node).equals("aten::view"));
    return inBlocks
        || nodes.stream()
            .filter(node -> SHARING.contains(kind(node)))
            .flatMap(node -> Stream.of(node.input(0), node.output()))
            .flatMap(value -> uses.getOrDefault(value, List.of()).stream())
            .anyMatch(user -> kind(user).endsWith("_"));
  }

  private void leaveOut(JitNode node) {
    List<JitNode> users = new ArrayList<>(uses.get(node.input(0)));
    users.remove(node);
    users.addAll(uses.getOrDefault(node.output(), List.of()));
    uses.put(node.input(0), users);
    node.output().replaceAllUsesWith(node.input(0));
    gone.add(node);
  }

  private static boolean isAttention(JitNode node) {
    return kind(node).equals("aten::scaled_dot_product_attention")
        && torch.toIValue(node.input(3)).has_value()
        && torch.toIValue(node.input(3)).get().isNone();
  }

  /** LibTorch's attention multiplies bfloat16 by a loop of its own where there is no MKL. */
  private void attendInFloat(JitNode attention) {
    for (int i = 0; i < 3; i++) {
      JitNode wide = cast(attention.input(i), torch.ScalarType.Float);
      wide.insertBefore(attention);
      attention.replaceInput(i, wide.output());
    }
    Value result = attention.output();
    JitNode narrow = cast(result, torch.ScalarType.BFloat16);
    narrow.insertAfter(attention);
    result.replaceAllUsesAfterNodeWith(narrow, narrow.output());
  }

  private JitNode cast(Value value, torch.ScalarType to) {
    Value no = constant(new IValue(false));
    Value dtype = constant(new IValue((long) to.value));
    return graph.create(
        Symbol.fromQualString("aten::to"),
        new ValueVector(value, dtype, no, no, constant(new IValue())));
  }

  private static boolean isConvolution(JitNode node) {
    return kind(node).equals("aten::_convolution") || kind(node).equals("aten::conv2d");
  }

  private boolean isLayer(JitNode node) {
    if (isConvolution(node)) {
      return isWeight(node.input(1), 4)
          && isConstant(node.input(2))
          && isIntegers(node.input(3))
          && isIntegers(node.input(4))
          && isIntegers(node.input(5))
          && (kind(node).equals("aten::conv2d") || !torch.toIValue(node.input(6)).get().toBool());
    }
    return kind(node).equals("aten::linear") && isWeight(node.input(1), 2);
  }

  private boolean isWeight(Value value, int dimensions) {
    if (!isConstant(value) || !torch.toIValue(value).get().isTensor()) {
      return false;
    }
    Tensor tensor = torch.toIValue(value).get().toTensor();
    return tensor.dim() == dimensions && tensor.scalar_type().intern() == type;
  }

  /** What the rewriting asks of shapes: layers' inputs, and what is added to their results. */
  private List<Value> askedShapes(List<JitNode> layers) {
    List<Value> asked = new ArrayList<>();
    for (JitNode layer : layers) {
      asked.add(layer.input(0));
      JitNode sum = onlyUser(layer.output());
      if (sum != null && isSum(sum)) {
        asked.add(sum.input(0));
        asked.add(sum.input(1));
      }
    }
    return asked;
  }

  /** A linear layer as a convolution where that is faster, else the layer. */
  private JitNode convolutionOf(JitNode layer) {
    long[] shape = shapes.get(layer.input(0));
    if (!PixelwiseLinear.pays(type, shape)) {
      return layer;
    }
    PixelwiseLinear.Replaced replaced = pixelwise.replace(layer, shape.length);
    JitNode convolution = replaced.convolution();
    shapes.put(convolution.input(0), PixelwiseLinear.pixels(shape));
    if (shapes.containsKey(layer.output())) {
      shapes.put(replaced.result(), shapes.get(layer.output()));
    }
    // views stand between the convolution and what follows the layer: nothing merges with it
    uses.put(replaced.result(), uses.getOrDefault(layer.output(), List.of()));
    plainWeights.add(layer.input(1).node());
    gone.add(layer);
    return convolution;
  }

  private void rewrite(JitNode layer) {
    boolean convolution = isConvolution(layer);
    JitNode last = layer;
    Value residual = null;
    JitNode sum = follower(layer);
    if (sum != null && isSum(sum)) {
      Value other = sum.input(0).equals(layer.output()) ? sum.input(1) : sum.input(0);
      if (isSameShape(sum) && isFree(sum, other) && nothingChangesBetween(layer, sum)) {
        residual = other;
        last = sum;
      }
    }
    JitNode activation = follower(last);
    Pointwise pointwise = activation == null ? null : Pointwise.of(activation);
    // oneDNN's linear layers take either an addition or a function
    if (pointwise != null
        && (residual == null || convolution)
        && nothingChangesBetween(last, activation)) {
      last = activation;
    } else {
      pointwise = null;
    }
    JitNode replacement =
        convolution
            ? convolution(layer, last, residual, pointwise)
            : linear(layer, residual, pointwise);
    replacement.insertBefore(last);
    last.output().replaceAllUsesWith(replacement.output());
    Value now = replacement.output();
    uses.put(now, uses.getOrDefault(last.output(), List.of()));
    if (shapes.containsKey(last.output())) {
      shapes.put(now, shapes.get(last.output()));
    }
    plainWeights.add(layer.input(1).node());
    if (pointwise != null) {
      gone.add(activation);
    }
    if (residual != null) {
      gone.add(sum);
    }
    gone.add(layer);
  }

  private JitNode convolution(
      JitNode layer, JitNode at, @Nullable Value residual, @Nullable Pointwise pointwise) {
    int groups = kind(layer).equals("aten::conv2d") ? 6 : 8;
    Value input = channelsLast(layer.input(0), at);
    Value weight = packed.convolution(layer, groups, shapes.get(layer.input(0))).output();
    ValueVector inputs = new ValueVector(input);
    if (residual != null) {
      inputs.push_back(residual);
    }
    inputs.push_back(weight);
    inputs.push_back(layer.input(2));
    inputs.push_back(layer.input(4));
    inputs.push_back(layer.input(3));
    inputs.push_back(layer.input(5));
    inputs.push_back(layer.input(groups));
    if (residual == null) {
      addPointwise(inputs, pointwise, "none");
    } else {
      inputs.push_back(constant(new IValue("add")));
      inputs.push_back(constant(new IValue()));
      addPointwise(inputs, pointwise, null);
    }
    return graph.create(Symbol.fromQualString("mkldnn::_convolution_pointwise"), inputs);
  }

  private JitNode linear(JitNode layer, @Nullable Value residual, @Nullable Pointwise pointwise) {
    Value weight = packed.linear(layer, shapes.get(layer.input(0))).output();
    ValueVector inputs = new ValueVector(layer.input(0));
    if (residual != null) {
      inputs.push_back(residual);
    }
    inputs.push_back(weight);
    inputs.push_back(layer.input(2));
    if (residual == null) {
      addPointwise(inputs, pointwise, "none");
    } else {
      inputs.push_back(constant(new IValue("add")));
    }
    return graph.create(Symbol.fromQualString("mkldnn::_linear_pointwise"), inputs);
  }

  private void addPointwise(
      ValueVector inputs, @Nullable Pointwise pointwise, @Nullable String none) {
    ValueVector scalars = new ValueVector();
    if (pointwise != null) {
      pointwise.scalars().forEach(scalar -> scalars.push_back(constant(new IValue(scalar))));
    }
    JitNode list = graph.createList(GraphNodes.elementOf("Scalar?[]"), scalars);
    list.insertBefore(first);
    String name = pointwise == null ? none : pointwise.name();
    inputs.push_back(constant(name == null ? new IValue() : new IValue(name)));
    inputs.push_back(list.output());
    inputs.push_back(constant(new IValue(pointwise == null ? "" : pointwise.algorithm())));
  }

  private Value constant(IValue value) {
    return graph.insertConstant(value);
  }

  /** A layout that a layer's result has already costs nothing to ask for. */
  private Value channelsLast(Value input, JitNode at) {
    JitNode producer = input.node();
    Value source = input;
    if (kind(producer).equals("aten::contiguous") && onlyUser(input) != null) {
      source = producer.input(0);
    } else if (kind(producer).equals("mkldnn::_convolution_pointwise")) {
      return input;
    }
    JitNode laid =
        graph.create(
            Symbol.fromQualString("aten::contiguous"),
            new ValueVector(source, constant(new IValue(CHANNELS_LAST))));
    laid.insertBefore(at);
    return laid.output();
  }

  private @Nullable JitNode onlyUser(Value value) {
    List<JitNode> users = uses.getOrDefault(value, List.of());
    return users.size() == 1 ? users.get(0) : null;
  }

  /** The only node that uses a node's result, if it may be merged into it. */
  private @Nullable JitNode follower(JitNode node) {
    JitNode user = hasBlocks ? null : onlyUser(node.output());
    return user == null || gone.contains(user) || user.equals(graph.return_node()) ? null : user;
  }

  private static boolean isSum(JitNode node) {
    if (!kind(node).equals("aten::add") && !kind(node).equals("aten::add_")) {
      return false;
    }
    boolean tensors =
        isTensor(node.input(0)) && isTensor(node.input(1)) && node.inputs().size() == 3;
    if (!tensors || !isConstant(node.input(2))) {
      return false;
    }
    IValue alpha = torch.toIValue(node.input(2)).get();
    return alpha.isInt() && alpha.toInt() == 1 && !node.input(0).equals(node.input(1));
  }

  private boolean isSameShape(JitNode sum) {
    long[] a = shapes.get(sum.input(0));
    long[] b = shapes.get(sum.input(1));
    return a != null && b != null && Arrays.equals(a, b);
  }

  /** Whether a node's work may be done later: nothing on the way writes over a tensor. */
  private boolean nothingChangesBetween(JitNode from, JitNode to) {
    for (JitNode node = from.next(); !node.equals(to); node = node.next()) {
      if (!gone.contains(node) && (kind(node).endsWith("_") || !node.blocks().empty())) {
        return false;
      }
    }
    return true;
  }

  /** Whether nobody else sees what an addition in place writes over. */
  private boolean isFree(JitNode sum, Value other) {
    return kind(sum).equals("aten::add") || !sum.input(0).equals(other) || onlyUser(other) != null;
  }
}
