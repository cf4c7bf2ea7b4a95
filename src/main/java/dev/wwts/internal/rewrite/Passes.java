package dev.wwts.internal.rewrite;

import dev.wwts.internal.rewrite.ExampleShapes.Examples;
import dev.wwts.internal.rewrite.ExampleShapes.Shape;
import dev.wwts.internal.rewrite.GraphPass.Change;
import dev.wwts.internal.rewrite.GraphPass.Stage;
import dev.wwts.internal.torch.NativeScope;
import dev.wwts.internal.torch.Owned;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * All passes over a network's graphs, in their order, on the way from a file to a kind of device.
 */
public final class Passes {
  /** To the processor. */
  public static final Passes PROCESSOR =
      new Passes(new FreeLayouts(), new WideAttention(), new OneDnnLayers());

  /** To a card. */
  public static final Passes CARD =
      new Passes(
          new CardConvolutions(),
          new FusedConvolutions(),
          new SplitAttentions(),
          new FreeConvolutions());

  private final List<GraphPass> passes;

  /** What bounds a network, and moves it, comes before what makes it faster on a kind of device. */
  private Passes(GraphPass... faster) {
    List<GraphPass> all =
        new ArrayList<>(
            List.of(
                new Limits(),
                new Divisions(),
                new ElementTypes(),
                new HiddenAliases(),
                new Budget(),
                new Warnings(),
                new Relocation()));
    all.addAll(List.of(faster));
    this.passes = List.copyOf(all);
  }

  /** In their order. */
  List<GraphPass> list() {
    return passes;
  }

  /**
   * What became faster.
   *
   * @param channelsLast whether it has convolutions that want channels-last inputs
   * @param answers of the plain network to both rows, which the caller closes; null where nothing
   *     was changed
   */
  public record Faster(boolean channelsLast, @Nullable Owned<Tensor> answers) {}

  /** Bounds and freezes a module, which is of no other use then; inside a pointer scope. */
  public FrozenGraph freeze(JitModule loaded) {
    Destination host = Destination.processor(torch.ScalarType.Float);
    List<Graph> graphs = GraphNodes.ofAll(loaded);
    for (GraphPass pass : of(Stage.LOADED)) {
      Survey.ofAll(graphs, host).forEach(survey -> change(pass, survey));
    }
    FrozenGraph frozen = FrozenGraph.of(Freezing.freeze(loaded));
    Survey survey = new Survey(frozen.graph(), host);
    of(Stage.FROZEN).forEach(pass -> change(pass, survey));
    return frozen;
  }

  /** Moves a network on the processor before its first forward, inside a pointer scope. */
  public void place(FrozenGraph network, Destination destination) {
    Graph graph = network.graph();
    graph.setInsertPoint(graph.nodes().front());
    Survey survey = new Survey(graph, destination);
    of(Stage.PLACED).forEach(pass -> change(pass, survey));
    graph.lint();
    if (network.self() != null) {
      network.self().to(destination.device());
    }
  }

  /**
   * Makes a network faster where it is, before its first forward, inside a pointer scope.
   *
   * @param rows an input of two rows of the usual shape: layouts are chosen for one of them, other
   *     batches work too
   */
  public Faster hasten(FrozenGraph network, Destination destination, Tensor rows) {
    List<Change> changes = found(network, destination);
    if (changes.stream().allMatch(change -> change == Change.NONE)) {
      return new Faster(false, null);
    }
    Examples examples = examples(network, changes, rows);
    try {
      return new Faster(hasten(network, changes, examples.shapes()), examples.answers());
    } catch (RuntimeException | Error e) {
      examples.answers().close();
      throw e;
    }
  }

  /** The same where the shapes of all that is asked for are known; they may be changed. */
  void hasten(FrozenGraph network, Destination destination, Map<Value, Shape> shapes) {
    hasten(network, found(network, destination), shapes);
  }

  private static boolean hasten(
      FrozenGraph network, List<Change> changes, Map<Value, Shape> shapes) {
    Graph graph = network.graph();
    graph.setInsertPoint(graph.nodes().front());
    changes.forEach(change -> change.apply(shapes));
    graph.lint();
    return changes.stream().anyMatch(Change::wantsChannelsLast);
  }

  /** What the passes would do that make a network faster. */
  List<Change> found(FrozenGraph network, Destination destination) {
    Survey survey = new Survey(network.graph(), destination);
    return of(Stage.FASTER).stream().map(pass -> pass.look(survey)).toList();
  }

  /** What they ask for, in a scope of its own, as what ran the graph keeps its weights. */
  static Examples examples(FrozenGraph network, List<Change> changes, Tensor rows) {
    List<Value> asked = new ArrayList<>();
    changes.forEach(change -> asked.addAll(change.asked()));
    return NativeScope.of(() -> ExampleShapes.of(network, asked, rows));
  }

  private List<GraphPass> of(Stage stage) {
    return passes.stream().filter(pass -> pass.stage() == stage).toList();
  }

  private static void change(GraphPass pass, Survey survey) {
    pass.look(survey).apply(Map.of());
  }
}
