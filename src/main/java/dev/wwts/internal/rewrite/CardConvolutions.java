package dev.wwts.internal.rewrite;

import static dev.wwts.internal.rewrite.GraphNodes.isConstant;
import static dev.wwts.internal.rewrite.GraphNodes.isIntegers;
import static dev.wwts.internal.rewrite.GraphNodes.kind;

import dev.wwts.internal.torch.CudnnTrials;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.global.torch;

/**
 * Takes out of a trace's convolutions the switches that were set when it was traced, among them
 * whether cuDNN tries its algorithms, which beats the one that {@link CudnnTrials} sets. What the
 * scripted operator does not say, it takes from the process.
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
public final class CardConvolutions {
  private static final int TRANSPOSED = 6;
  private static final int GROUPS = 8;
  private static final int TF32 = 12;
  private static final int KERNEL_AXES = 4;

  private CardConvolutions() {}

  /** Changes a graph before its first run, inside the caller's pointer scope. */
  public static void run(Graph graph) {
    for (JitNode node : GraphNodes.everywhere(graph)) {
      if (!kind(node).equals("aten::_convolution")) {
        continue;
      }
      if (isPlain(node)) {
        Value[] operands = {
          node.input(0),
          node.input(1),
          node.input(2),
          node.input(3),
          node.input(4),
          node.input(5),
          node.input(GROUPS)
        };
        Value scripted = GraphNodes.insert(graph, "aten::conv2d", node, operands);
        node.output().replaceAllUsesWith(scripted);
        node.destroy();
      } else if (node.inputs().size() > TF32) {
        graph.setInsertPoint(node);
        node.replaceInput(TF32, graph.insertConstant(new IValue(false)));
      }
    }
    graph.lint();
  }

  private static boolean isPlain(JitNode node) {
    Value transposed = node.input(TRANSPOSED);
    return isConstant(transposed)
        && !torch.toIValue(transposed).get().toBool()
        && hasKernelOfTwoAxes(node.input(1))
        && isIntegers(node.input(3))
        && isIntegers(node.input(4))
        && isIntegers(node.input(5));
  }

  private static boolean hasKernelOfTwoAxes(Value weight) {
    if (!isConstant(weight)) {
      return false;
    }
    IValue constant = torch.toIValue(weight).get();
    return constant.isTensor()
        && constant.toTensor().defined()
        && constant.toTensor().dim() == KERNEL_AXES;
  }
}
