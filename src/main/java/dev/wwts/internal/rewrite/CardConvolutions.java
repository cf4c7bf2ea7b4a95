package dev.wwts.internal.rewrite;

import static dev.wwts.internal.rewrite.GraphNodes.kind;

import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Value;

/**
 * Takes out of a trace's convolutions the switches that were set when it was traced, among them
 * whether cuDNN tries its algorithms, which beats the one that loading sets. What the scripted
 * operator does not say, it takes from the process.
 *
 * <pre>
 * y = _convolution(x, w, b, stride, padding, dilation, transposed=False, output_padding, groups,
 *                  benchmark=False, deterministic, cudnn_enabled, allow_tf32)
 *   ->  y = conv2d(x, w, b, stride, padding, dilation, groups)
 * </pre>
 *
 * <p>Left alone are transposed ones, and those whose weight is not the constant of two spatial axes
 * that tells how many there are; they never round to TF32.
 */
final class CardConvolutions implements GraphPass {
  private static final String SWITCH = "allow_tf32";

  @Override
  public Stage stage() {
    return Stage.PLACED;
  }

  @Override
  public Change look(Survey survey) {
    return shapes -> run(survey.graph());
  }

  private static void run(Graph graph) {
    for (JitNode node : GraphNodes.everywhere(graph)) {
      if (!kind(node).equals("aten::_convolution")) {
        continue;
      }
      Layer layer = Layer.of(node);
      if (layer != null && layer.hasKernelOfTwoAxes() && layer.isTold()) {
        Value scripted =
            GraphNodes.insert(
                graph,
                "aten::conv2d",
                node,
                layer.input(),
                layer.weight(),
                layer.bias(),
                layer.stride(),
                layer.padding(),
                layer.dilation(),
                layer.groups());
        node.output().replaceAllUsesWith(scripted);
        node.destroy();
      } else if (node.hasNamedInput(SWITCH)) {
        graph.setInsertPoint(node);
        GraphNodes.replace(node, SWITCH, graph.insertConstant(new IValue(false)));
      }
    }
  }
}
