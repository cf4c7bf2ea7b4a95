package dev.wwts.internal.rewrite;

import static dev.wwts.internal.rewrite.GraphNodes.kind;
import static dev.wwts.internal.rewrite.GraphNodes.operand;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Moves a frozen network from the host's memory to a device and into a precision: the weights,
 * which are constants of its graph, and the devices that a trace wrote down.
 *
 * <p>What stays with the host is the arithmetic on sizes. A trace computes with them (padding, the
 * parts of a split attention) as tensors without dimensions, together with constants. If those lay
 * on a card like weights, so would every result, and each time one becomes a number again the
 * processor would wait for the card: dozens of times a forward, and no such forward can be captured
 * as a CUDA graph.
 *
 * <pre>
 * y = conv2d(x, w, …)              ->   y = conv2d(x, w on the device, …)
 * z = zeros(n, device="cpu")       ->   z = zeros(n, device=the device)
 * n = mul(NumToTensor(size), 2)    ->   n = mul(NumToTensor(size), 2)
 * </pre>
 */
final class Relocation implements GraphPass {
  @Override
  public Stage stage() {
    return Stage.PLACED;
  }

  @Override
  public Change look(Survey survey) {
    Graph graph = survey.graph();
    return shapes -> new Move(graph, survey.destination()).run();
  }

  /** Of one graph. */
  private static final class Move {
    private final Graph graph;
    private final Destination destination;

    /** Sizes, and what is computed from nothing but sizes and single numbers. */
    private final Set<Value> sizes = new HashSet<>();

    /** Constants' successors, by their layout and number. */
    private final Map<String, Value> moved = new HashMap<>();

    private final Set<JitNode> left = new LinkedHashSet<>();

    Move(Graph graph, Destination destination) {
      this.graph = graph;
      this.destination = destination;
    }

    void run() {
      walk(graph.nodes().front(), graph.return_node());
      left.stream().filter(node -> !node.hasUses()).forEach(JitNode::destroy);
    }

    private void walk(JitNode first, JitNode end) {
      for (JitNode node = first; !node.equals(end); node = node.next()) {
        visit(node);
        for (long i = 0; i < node.blocks().size(); i++) {
          walk(node.blocks().get(i).nodes().front(), node.blocks().get(i).return_node());
        }
      }
      visit(end);
    }

    private void visit(JitNode node) {
      String kind = kind(node);
      if (kind.equals("prim::NumToTensor") || isSizes(node, kind)) {
        sizes.add(node.output());
        return;
      }
      for (long i = 0; i < node.inputs().size(); i++) {
        Value input = node.input(i);
        var constant = torch.toIValue(input);
        if (constant.has_value()) {
          boolean layChannelsLast = destination.channelsLast() && isKernel(node, kind, input);
          node.replaceInput(i, successor(input, constant.get(), layChannelsLast));
        }
      }
    }

    private static boolean isKernel(JitNode node, String kind, Value input) {
      return (kind.equals("aten::_convolution") || kind.equals("aten::conv2d"))
          && operand(node, "weight").equals(input);
    }

    /** What stands in for a constant on the device; the constant itself where it has no place. */
    private Value successor(Value old, IValue constant, boolean layChannelsLast) {
      String key = layChannelsLast + " " + old.unique();
      Value known = moved.get(key);
      if (known != null) {
        return known;
      }
      IValue there = there(constant, layChannelsLast);
      Value successor = there == null ? old : graph.insertConstant(there);
      if (there != null) {
        left.add(old.node());
      }
      moved.put(key, successor);
      return successor;
    }

    private @Nullable IValue there(IValue constant, boolean layChannelsLast) {
      if (constant.isDevice()) {
        return constant.toDevice().is_cpu() ? new IValue(destination.device()) : null;
      }
      if (constant.isTensor()) {
        Tensor tensor = constant.toTensor();
        return tensor.defined() ? new IValue(there(tensor, layChannelsLast)) : null;
      }
      return constant.isList() ? there(constant.toList()) : null;
    }

    /** Tables that index positions stand in lists. */
    private @Nullable IValue there(GenericList values) {
      GenericList copy = values.copy();
      boolean tensors = false;
      for (long i = 0; i < copy.size(); i++) {
        IValue element = copy.get(i);
        if (element.isTensor() && element.toTensor().defined()) {
          tensors = true;
          copy.set(i, new IValue(there(element.toTensor(), false)));
        }
      }
      return tensors ? new IValue(copy) : null;
    }

    private Tensor there(Tensor tensor, boolean layChannelsLast) {
      torch.ScalarType stored = tensor.scalar_type().intern();
      Tensor there =
          tensor.to(
              destination.device(), stored == torch.ScalarType.Float ? destination.type() : stored);
      return layChannelsLast ? there.contiguous(torch.MemoryFormat.ChannelsLast) : there;
    }

    /** Whether a node computes with sizes and single numbers only, and is told of no device. */
    private boolean isSizes(JitNode node, String kind) {
      if (!(kind.startsWith("aten::") || kind.equals("prim::ListConstruct"))
          || node.outputs().size() != 1) {
        return false;
      }
      boolean found = false;
      for (long i = 0; i < node.inputs().size(); i++) {
        Value input = node.input(i);
        torch.TypeKind typeKind = input.type().get().kind().intern();
        if (sizes.contains(input)) {
          found = true;
        } else if (typeKind == torch.TypeKind.DeviceObjType
            || (typeKind == torch.TypeKind.TensorType && !isNumber(input))) {
          return false;
        }
      }
      return found;
    }

    private static boolean isNumber(Value value) {
      var constant = torch.toIValue(value);
      return constant.has_value()
          && constant.get().isTensor()
          && constant.get().toTensor().dim() == 0;
    }
  }
}
