package dev.wwts.internal.rewrite;

import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.global.torch;

/**
 * Rewrites graphs as for a card, on the processor, as if everything were faster there. There are no
 * calls of cuDNN without a card: what they are said to do stands in for them, so that operands and
 * places are shown to be right.
 */
final class CardRewrites {
  private CardRewrites() {}

  /** A frozen network of that body, {@code forward(self, x)}; the same noise follows each time. */
  static FrozenGraph network(String body, Map<String, long[]> weights) {
    torch.manual_seed(7);
    JitModule module = new JitModule(new QualifiedName("__torch__.Card"));
    weights.forEach((name, sizes) -> module.register_parameter(name, torch.randn(sizes), false));
    module.define("def forward(self, x):\n  " + body + "\n");
    module.eval();
    return FrozenGraph.of(torch.freeze(module));
  }

  /** A copy of a network with all that could be changed changed. */
  static FrozenGraph rewritten(FrozenGraph plain, Tensor rows) {
    CardCandidates candidates = candidates(plain, rows, 1);
    FrozenGraph copy = plain.copy();
    if (!candidates.isEmpty()) {
      candidates.apply(copy, destination(1, Set.copyOf(candidates.convolutions())));
    }
    return copy;
  }

  static CardCandidates candidates(FrozenGraph plain, Tensor rows, int batch) {
    CardCandidates candidates = new CardCandidates(plain, destination(batch, Set.of()));
    if (!candidates.isEmpty()) {
      candidates.ask(rows);
    }
    return candidates;
  }

  private static Destination destination(int batch, Set<ConvolutionShape> together) {
    Device here = new Device(torch.DeviceType.CPU);
    return new Destination(here, torch.ScalarType.Float, false, batch, together);
  }

  /** How many nodes of the outermost block are of a kind that begins so. */
  static long count(FrozenGraph network, String kind) {
    return GraphNodes.of(network.graph()).stream()
        .filter(node -> GraphNodes.kind(node).startsWith(kind))
        .count();
  }

  /** cuDNN's calls in LibTorch's own operators, by the schemas' names. */
  static void standIn(Graph graph) {
    for (JitNode node : GraphNodes.of(graph)) {
      String kind = GraphNodes.kind(node);
      if (kind.startsWith("aten::cudnn_convolution_")) {
        boolean adds = kind.endsWith("_add_relu");
        Value convolved =
            GraphNodes.insert(
                graph,
                "aten::conv2d",
                node,
                node.namedInput("self"),
                node.namedInput("weight"),
                node.namedInput("bias"),
                node.namedInput("stride"),
                node.namedInput("padding"),
                node.namedInput("dilation"),
                node.namedInput("groups"));
        Value sum =
            adds
                ? GraphNodes.insert(
                    graph,
                    "aten::add",
                    node,
                    convolved,
                    node.namedInput("z"),
                    node.namedInput("alpha"))
                : convolved;
        node.output().replaceAllUsesWith(GraphNodes.insert(graph, "aten::relu", node, sum));
        node.destroy();
      }
    }
    graph.lint();
  }
}
