package dev.wwts.internal.rewrite;

import static dev.wwts.internal.rewrite.GraphNodes.kind;

import java.util.HashSet;
import java.util.Set;
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
public final class Freezing {
  private Freezing() {}

  /** Of a module in eval mode, which is of no other use then. */
  public static JitModule freeze(JitModule module) {
    HiddenAliases.tell(module);
    // twice takes nearly twice as long
    if (!mayNormaliseLinear(module)) {
      return torch.freeze(module);
    }
    JitModule frozen = torch.freeze(module, new StringVectorOptional(), false);
    Graph graph = frozen.get_method("forward").graph();
    for (JitNode node : GraphNodes.everywhere(graph)) {
      if (kind(node).equals("aten::batch_norm")
          && kind(node.input(0).node()).equals("aten::linear")) {
        graph.setInsertPoint(node);
        Value planes = graph.insertConstant(new IValue(Layouts.PLANES));
        Value same = GraphNodes.insert(graph, "aten::contiguous", node, node.input(0), planes);
        node.replaceInput(0, same);
      }
    }
    return torch.freeze(frozen);
  }

  /** Whether a normalisation's statistics are as many as a linear layer's results. */
  private static boolean mayNormaliseLinear(JitModule module) {
    Set<Long> statistics = new HashSet<>();
    buffer_list buffers = module.buffers();
    buffer_iterator lastBuffer = buffers.end();
    for (buffer_iterator at = buffers.begin(); at.notEquals(lastBuffer); at.increment()) {
      Tensor buffer = at.access();
      if (buffer.dim() == 1) {
        statistics.add(buffer.size(0));
      }
    }
    parameter_list weights = module.parameters();
    parameter_iterator lastWeight = weights.end();
    for (parameter_iterator at = weights.begin(); at.notEquals(lastWeight); at.increment()) {
      Tensor weight = at.access();
      if (weight.dim() == 2 && statistics.contains(weight.size(0))) {
        return true;
      }
    }
    return false;
  }
}
