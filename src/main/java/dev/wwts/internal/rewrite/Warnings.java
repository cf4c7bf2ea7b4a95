package dev.wwts.internal.rewrite;

import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.JitNode;

/**
 * Takes {@code torch.warn} out of a network. Scripted layers of torch.nn warn of old ways to call
 * them; whoever runs the network can't help it, and a sentence from a file has no place on a
 * terminal.
 *
 * <pre>
 * warn("…", 2)
 * y = relu(x)      ->   y = relu(x)
 * </pre>
 */
final class Warnings implements GraphPass {
  @Override
  public Stage stage() {
    return Stage.FROZEN;
  }

  @Override
  public Change look(Survey survey) {
    return shapes -> remove(survey.graph());
  }

  private static void remove(Graph graph) {
    for (JitNode node : GraphNodes.everywhere(graph)) {
      if (GraphNodes.kind(node).equals("aten::warn")) {
        node.destroy();
      }
    }
  }
}
