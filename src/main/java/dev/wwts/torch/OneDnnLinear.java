package dev.wwts.torch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.CompilationUnit;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueOptional;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Symbol;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Type;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.ValueVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Moves the linear layers of a frozen graph from OpenBLAS to oneDNN, with the weights packed once.
 * They then run on the same OpenMP threads as the convolutions, instead of fighting with them for
 * cores (see {@link LibTorch}). The operators are those that torch.compile's freezing uses on CPUs;
 * the results differ from the plain ones in the last bits.
 */
final class OneDnnLinear {
  /** Rows that the packed layout is chosen for; from 64 to 512 oneDNN chooses the same. */
  private static final long ROWS = 256;

  private final Graph graph;
  private final CompilationUnit packing = new CompilationUnit();

  /** Packed weights by the plain constant they replace: layers may share one. */
  private final Map<JitNode, JitNode> packed = new LinkedHashMap<>();

  private OneDnnLinear(Graph graph) {
    this.graph = graph;
  }

  /**
   * Rewrites {@code frozen}, a float32 module on the CPU, before its first forward and inside the
   * caller's pointer scope.
   */
  static void rewrite(JitModule frozen) {
    if (torch.hasMKLDNN()) {
      new OneDnnLinear(frozen.get_method("forward").graph()).run();
    }
  }

  private void run() {
    List<JitNode> linears = linears();
    if (linears.isEmpty()) {
      return;
    }
    JitNode first = graph.nodes().front();
    graph.setInsertPoint(first);
    Value noActivation = graph.insertConstant(new IValue("none"));
    Value noAlgorithm = graph.insertConstant(new IValue(""));
    JitNode noScalars = graph.createList(optionalScalar(), new ValueVector());
    noScalars.insertBefore(first);
    for (JitNode linear : linears) {
      JitNode weight = packed(linear.input(1), first);
      JitNode replacement =
          graph.create(
              Symbol.fromQualString("mkldnn::_linear_pointwise"),
              new ValueVector(
                  linear.input(0),
                  weight.output(),
                  linear.input(2),
                  noActivation,
                  noScalars.output(),
                  noAlgorithm));
      replacement.insertBefore(linear);
      linear.output().replaceAllUsesWith(replacement.output());
      linear.destroy();
    }
    packed.keySet().stream().filter(weight -> !weight.hasUses()).forEach(JitNode::destroy);
    graph.lint();
  }

  private List<JitNode> linears() {
    List<JitNode> found = new ArrayList<>();
    JitNode end = graph.return_node();
    for (JitNode node = graph.nodes().front(); !node.equals(end); node = node.next()) {
      if (node.kind().toQualString().getString().equals("aten::linear") && fits(node.input(1))) {
        found.add(node);
      }
    }
    return found;
  }

  private static boolean fits(Value weight) {
    IValueOptional value = torch.toIValue(weight);
    if (!value.has_value() || !value.get().isTensor()) {
      return false;
    }
    Tensor tensor = value.get().toTensor();
    return tensor.dim() == 2 && tensor.scalar_type().intern() == torch.ScalarType.Float;
  }

  private JitNode packed(Value plain, JitNode first) {
    return packed.computeIfAbsent(
        plain.node(),
        constant -> {
          JitNode node = graph.create(Symbol.fromQualString("prim::ConstantMKLDNNTensor"));
          node.t_(Symbol.attr("value"), pack(torch.toIValue(plain).get().toTensor()));
          node.insertBefore(first);
          return node;
        });
  }

  /** Runs the packing operator, which has no other way in than a graph of its own. */
  private Tensor pack(Tensor weight) {
    Graph single = new Graph();
    Value input = single.addInput("weight");
    JitNode reorder =
        single.create(
            Symbol.fromQualString("mkldnn::_reorder_linear_weight"),
            new ValueVector(input, single.insertConstant(new IValue(ROWS))));
    single.insertNode(reorder);
    single.registerOutput(reorder.output());
    QualifiedName name = new QualifiedName("pack" + packed.size());
    return packing
        .create_function(name, single)
        .apply(new IValueVector(new IValue(weight)))
        .toTensor();
  }

  /** The element type of the operator's list of scalars, which can only be had from a schema. */
  private static Type.TypePtr optionalScalar() {
    return torch
        .parseSchema("wwts::scalars(Scalar?[] s) -> Tensor")
        .arguments()
        .type()
        .get()
        .containedType(0);
  }
}
