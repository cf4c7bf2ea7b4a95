package dev.wwts.torch;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.CompilationUnit;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.ValueVector;

/** The shapes that a graph's tensors have for one input. */
final class ExampleShapes {
  private ExampleShapes() {}

  /**
   * Runs a copy of a frozen module's graph once that returns the tensors in question.
   *
   * @param asked at least one
   * @return by value, in the order in which they were asked for
   */
  static Map<Value, long[]> of(JitModule frozen, Collection<Value> asked, Tensor example) {
    Graph graph = frozen.get_method("forward").graph();
    Graph copy = graph.copy();
    Map<Value, Value> twin = new HashMap<>();
    for (int i = 0; i < graph.inputs().size(); i++) {
      twin.put(graph.inputs().get(i), copy.inputs().get(i));
    }
    List<JitNode> nodes = GraphNodes.of(graph);
    List<JitNode> twins = GraphNodes.of(copy);
    for (int i = 0; i < nodes.size(); i++) {
      for (int o = 0; o < nodes.get(i).outputs().size(); o++) {
        twin.put(nodes.get(i).output(o), twins.get(i).output(o));
      }
    }
    List<Value> values = List.copyOf(asked);
    ValueVector outputs = new ValueVector();
    values.forEach(value -> outputs.push_back(twin.get(value)));
    JitNode list = copy.createList(values.get(0).type(), outputs);
    list.insertBefore(copy.return_node());
    copy.eraseOutput(0);
    copy.registerOutput(list.output());
    var tensors =
        new CompilationUnit()
            .create_function(new QualifiedName("shapes"), copy)
            .apply(new IValueVector(new IValue(frozen._ivalue()), new IValue(example)))
            .toTensorVector();
    Map<Value, long[]> shapes = new LinkedHashMap<>();
    for (int i = 0; i < values.size(); i++) {
      shapes.put(values.get(i), tensors.get(i).sizes().vec().get());
    }
    return shapes;
  }
}
