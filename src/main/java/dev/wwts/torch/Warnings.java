package dev.wwts.torch;

import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.JitNode;

/**
 * Takes {@code torch.warn} out of a network. Scripted layers of torch.nn warn of old ways to call
 * them; whoever runs the network can't help it, and a sentence from a file has no place on a
 * terminal.
 */
final class Warnings {
  private Warnings() {}

  static void remove(JitModule frozen) {
    for (JitNode node : GraphNodes.everywhere(frozen.get_method("forward").graph())) {
      if (GraphNodes.kind(node).equals("aten::warn")) {
        node.destroy();
      }
    }
  }
}
