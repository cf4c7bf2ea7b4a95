package dev.wwts.internal.rewrite;

import org.bytedeco.pytorch.Argument;
import org.bytedeco.pytorch.CompilationUnit;
import org.bytedeco.pytorch.Function;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Value;
import org.jspecify.annotations.Nullable;

/**
 * A frozen network as one graph of one picture's batch: its weights are constants, its other
 * arguments have their defaults. Apart from the module it came from, whose compilation unit would
 * keep every version of the graph, with its weights, for as long as one of them lives.
 *
 * @param self the module, where freezing left something an attribute, buffers that the network
 *     writes for example, or where the graph makes objects of its classes; null elsewhere
 */
public record FrozenGraph(Graph graph, @Nullable JitModule self) {
  private static final String NAME = "forward";

  /** What can be run, and what keeps it; inside the caller's pointer scope. */
  public record Compiled(CompilationUnit unit, Function function) {}

  /** Of a frozen module, which is not changed; inside the caller's pointer scope. */
  public static FrozenGraph of(JitModule frozen) {
    Graph graph = frozen.get_method(NAME).graph().copy();
    Argument arguments = frozen.get_method(NAME).function().getSchema().arguments();
    JitNode first = graph.nodes().front();
    graph.setInsertPoint(first);
    for (long i = graph.inputs().size() - 1; i > 1; i--) {
      Value input = graph.inputs().get(i);
      var value = arguments.getPointer(i).default_value();
      if (!value.has_value()) {
        throw new IllegalArgumentException(
            "its forward must take one tensor, and takes " + (graph.inputs().size() - 1));
      }
      Value constant = graph.insertConstant(value.get());
      input.replaceAllUsesWith(constant);
      graph.eraseInput(i);
    }
    if (graph.inputs().get(0).hasUses() || makesObjects(graph)) {
      return new FrozenGraph(graph, frozen);
    }
    graph.eraseInput(0);
    return new FrozenGraph(graph, null);
  }

  /** Whose methods the module's compilation unit has, as {@code with torch.no_grad()} does. */
  private static boolean makesObjects(Graph graph) {
    return GraphNodes.everywhere(graph).stream()
        .anyMatch(node -> GraphNodes.kind(node).equals("prim::CreateObject"));
  }

  /** Another graph of the same weights. */
  public FrozenGraph copy() {
    return new FrozenGraph(graph.copy(), self);
  }

  /** The same network with another graph, which has its inputs. */
  FrozenGraph with(Graph other) {
    return new FrozenGraph(other, self);
  }

  /** The picture's batch. */
  Value input() {
    return graph.inputs().get(self == null ? 0 : 1);
  }

  /**
   * The graph as it is now; changes after the first run are not seen. Any number of threads may run
   * it: LibTorch makes a function's schema when it is first asked for, and without a lock, so that
   * a second thread's would replace the one that a first is reading.
   */
  public Compiled compiled() {
    CompilationUnit unit = new CompilationUnit();
    Function function = unit.create_function(new QualifiedName(NAME), graph);
    function.getSchema();
    return new Compiled(unit, function);
  }

  /** What to run it with. */
  IValueVector arguments(Tensor input) {
    return self == null
        ? new IValueVector(new IValue(input))
        : new IValueVector(new IValue(self._ivalue()), new IValue(input));
  }

  /** Runs it once, whatever it returns. */
  IValue run(Tensor input) {
    return compiled().function().apply(arguments(input));
  }
}
