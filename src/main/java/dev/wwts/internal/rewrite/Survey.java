package dev.wwts.internal.rewrite;

import dev.wwts.internal.torch.NativeScope;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** What passes know of a graph before one of them changes it; found out once, when asked for. */
final class Survey {
  private final Graph graph;
  private final Destination destination;
  private final Supplier<Boolean> written;
  private final Supplier<Boolean> free;
  private final Supplier<Boolean> layouts;
  private final Supplier<Set<Value>> decided;
  private final Supplier<Map<Value, List<JitNode>>> uses;
  private final Supplier<Set<JitNode>> sums;
  private final Supplier<List<Layer>> layers;

  Survey(Graph graph, Destination destination) {
    this(graph, destination, once(() -> Writes.areSeen(graph)));
  }

  private Survey(Graph graph, Destination destination, Supplier<Boolean> written) {
    this.written = written;
    this.graph = graph;
    this.destination = destination;
    this.free = once(() -> Writes.areUnseen(graph));
    this.layouts = once(() -> Layouts.matter(graph));
    this.decided = once(() -> GraphNodes.behindBranches(graph));
    this.uses = once(() -> GraphNodes.uses(graph));
    this.sums = once(() -> Sums.of(graph, behindBranches()));
    // a scope of its own, as every look at a weight holds it
    this.layers = once(() -> NativeScope.of(this::foundLayers));
  }

  /** One each of a module's graphs, which may call one another. */
  static List<Survey> ofAll(List<Graph> graphs, Destination destination) {
    Supplier<Boolean> written = once(() -> graphs.stream().anyMatch(Writes::areSeen));
    return graphs.stream().map(graph -> new Survey(graph, destination, written)).toList();
  }

  private static <T> Supplier<T> once(Supplier<T> finding) {
    return new Supplier<>() {
      private @Nullable T found;

      @Override
      public T get() {
        if (found == null) {
          found = finding.get();
        }
        return found;
      }
    };
  }

  Graph graph() {
    return graph;
  }

  Destination destination() {
    return destination;
  }

  torch.ScalarType type() {
    return destination.type();
  }

  /** Whether one of the module's graphs writes over a tensor that somebody else may see. */
  boolean isWrittenOver() {
    return written.get();
  }

  /** Whether values may be computed at another place ({@link Writes}). */
  boolean isFree() {
    return free.get();
  }

  /** Whether values may also be laid out otherwise ({@link Layouts}). */
  boolean hasFreeLayouts() {
    return isFree() && !layouts.get();
  }

  /** See {@link GraphNodes#behindBranches}. */
  Set<Value> behindBranches() {
    return decided.get();
  }

  /** Who takes each value, once for each time they do. */
  Map<Value, List<JitNode>> uses() {
    return uses.get();
  }

  boolean isUsedOnce(Value value) {
    return uses().getOrDefault(value, List.of()).size() == 1;
  }

  /** Sums of two tensors in the outermost block, behind no branch. */
  Set<JitNode> sums() {
    return sums.get();
  }

  /** Layers in the outermost block, behind no branch, in the order of the graph. */
  List<Layer> layers() {
    return layers.get();
  }

  private List<Layer> foundLayers() {
    return GraphNodes.of(graph).stream()
        .map(node -> Layer.of(node, type()))
        .filter(Objects::nonNull)
        .filter(layer -> !behindBranches().contains(layer.input()))
        .toList();
  }
}
