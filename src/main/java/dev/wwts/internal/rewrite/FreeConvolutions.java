package dev.wwts.internal.rewrite;

import static dev.wwts.internal.rewrite.GraphNodes.operand;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Value;

/**
 * Does not make planes that only convolutions read, which take both layouts, where weights lie
 * channels-last:
 *
 * <pre>
 * p = contiguous(x)   # in planes
 * y = conv2d(p, …)                ->   y = conv2d(x, …)
 * </pre>
 *
 * <p>It comes last and with those before it only: what they may change writes over nothing that can
 * be told, and asks for no strides.
 */
final class FreeConvolutions implements GraphPass {
  private static final Set<String> CONVOLUTIONS =
      Set.of("aten::conv2d", "aten::cudnn_convolution_relu", "aten::cudnn_convolution_add_relu");

  @Override
  public Stage stage() {
    return Stage.FASTER;
  }

  @Override
  public Change look(Survey survey) {
    return survey.destination().channelsLast() && survey.hasFreeLayouts()
        ? shapes -> run(survey.graph())
        : Change.NONE;
  }

  private static void run(Graph graph) {
    Map<Value, List<JitNode>> uses = GraphNodes.uses(graph);
    for (JitNode node : GraphNodes.of(graph)) {
      if (Layouts.makesPlanesFor(CONVOLUTIONS, node, uses)) {
        node.output().replaceAllUsesWith(operand(node, "self"));
        node.destroy();
      }
    }
  }
}
