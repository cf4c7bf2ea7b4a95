package dev.wwts.internal.rewrite;

import static dev.wwts.internal.rewrite.GraphNodes.operand;

import dev.wwts.internal.rewrite.ExampleShapes.Shape;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Value;

/**
 * Lets layers choose how their results lie, where oneDNN's convolutions come into a graph that
 * writes over nothing that can be told and asks for no strides:
 *
 * <pre>
 * y = view(x, sizes)                   ->   y = reshape(x, sizes)
 *
 * p = contiguous(x)   # in planes
 * y = max_pool2d(p, …)                 ->   y = max_pool2d(x, …)
 * </pre>
 *
 * <p>A view of planes is not one of pixels whose channels lie side by side; reshaping takes both.
 * Planes that only poolings read are not made: poolings are faster on what a layer gives.
 */
final class FreeLayouts implements GraphPass {
  private static final Set<String> POOLINGS =
      Set.of("aten::avg_pool2d", "aten::max_pool2d", "aten::adaptive_avg_pool2d");

  @Override
  public Stage stage() {
    return Stage.FASTER;
  }

  @Override
  public Change look(Survey survey) {
    return OneDnnLayers.in(survey).stream().anyMatch(Layer::isConvolution)
        ? shapes -> run(survey.graph(), shapes)
        : Change.NONE;
  }

  private static void run(Graph graph, Map<Value, Shape> shapes) {
    for (JitNode view : GraphNodes.everywhere(graph)) {
      if (Layouts.isView(view)) {
        Value reshaped =
            GraphNodes.insert(
                graph, "aten::reshape", view, operand(view, "self"), operand(view, "size"));
        replace(view, reshaped, shapes);
      }
    }
    Map<Value, List<JitNode>> uses = GraphNodes.uses(graph);
    for (JitNode node : GraphNodes.everywhere(graph)) {
      if (Layouts.makesPlanesFor(POOLINGS, node, uses)) {
        replace(node, operand(node, "self"), shapes);
      }
    }
  }

  private static void replace(JitNode node, Value by, Map<Value, Shape> shapes) {
    Shape shape = shapes.remove(node.output());
    if (shape != null) {
      shapes.put(by, shape);
    }
    node.output().replaceAllUsesWith(by);
    node.destroy();
  }
}
