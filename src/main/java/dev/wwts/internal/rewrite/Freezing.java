package dev.wwts.internal.rewrite;

import static dev.wwts.internal.rewrite.GraphNodes.kind;
import static dev.wwts.internal.rewrite.GraphNodes.operand;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.StringVectorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.buffer_iterator;
import org.bytedeco.pytorch.buffer_list;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.parameter_iterator;
import org.bytedeco.pytorch.parameter_list;

/**
 * Freezes a module: its weights become constants, and normalisations go into the weights before
 * them.
 *
 * <p>But for those of linear layers: LibTorch takes a layer's last axis for the one that is
 * normalised, which is the second. Where both are as long it would give other answers. Its folding
 * sees no further than one operator, so one that does nothing stands between.
 */
final class Freezing {
  private Freezing() {}

  /** Puts a module into eval mode and 32 bits; it is of no other use then. */
  static JitModule freeze(JitModule module) {
    module.eval();
    widen(module);
    // twice takes nearly twice as long
    if (!mayNormaliseLinear(module)) {
      return torch.freeze(module);
    }
    JitModule frozen = torch.freeze(module, new StringVectorOptional(), false);
    Graph graph = frozen.get_method("forward").graph();
    for (JitNode node : GraphNodes.everywhere(graph)) {
      if (kind(node).equals("aten::batch_norm")
          && kind(operand(node, "input").node()).equals("aten::linear")) {
        graph.setInsertPoint(node);
        Value planes = graph.insertConstant(new IValue(Layouts.PLANES));
        Value same =
            GraphNodes.insert(graph, "aten::contiguous", node, operand(node, "input"), planes);
        GraphNodes.replace(node, "input", same);
      }
    }
    return torch.freeze(frozen);
  }

  private static List<Tensor> buffers(JitModule module) {
    List<Tensor> found = new ArrayList<>();
    buffer_list buffers = module.buffers();
    buffer_iterator last = buffers.end();
    for (buffer_iterator at = buffers.begin(); at.notEquals(last); at.increment()) {
      found.add(at.access());
    }
    return found;
  }

  private static List<Tensor> parameters(JitModule module) {
    List<Tensor> found = new ArrayList<>();
    parameter_list weights = module.parameters();
    parameter_iterator last = weights.end();
    for (parameter_iterator at = weights.begin(); at.notEquals(last); at.increment()) {
      found.add(at.access());
    }
    return found;
  }

  /**
   * The module's own tensors change, so that whatever shares them goes on doing so. What is wider
   * stays, as the graph may need it.
   */
  private static void widen(JitModule module) {
    for (List<Tensor> kept : List.of(parameters(module), buffers(module))) {
      for (Tensor weight : kept) {
        torch.ScalarType type = weight.scalar_type().intern();
        if (type == torch.ScalarType.Half || type == torch.ScalarType.BFloat16) {
          weight.__dispatch_set_data(weight.to(torch.ScalarType.Float));
        }
      }
    }
  }

  /** Whether a normalisation's statistics are as many as a linear layer's results. */
  private static boolean mayNormaliseLinear(JitModule module) {
    Set<Long> statistics =
        buffers(module).stream()
            .filter(buffer -> buffer.dim() == 1)
            .map(buffer -> buffer.size(0))
            .collect(Collectors.toSet());
    return parameters(module).stream()
        .anyMatch(weight -> weight.dim() == 2 && statistics.contains(weight.size(0)));
  }
}
