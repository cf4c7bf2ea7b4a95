package dev.wwts.internal.rewrite;

import dev.wwts.internal.rewrite.ExampleShapes.Shape;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Value;

/**
 * One change of a graph, told as the graph before and after it in the Javadoc of each pass; {@link
 * Passes} has their order. All passes of a stage look before one of them changes anything, so that
 * each sees the graph as it came and what it asks for can be answered by one run of it; then they
 * change it in their order. All inside the caller's pointer scope.
 */
interface GraphPass {
  /** When a pass has its turn, on the way from a file to a device. */
  enum Stage {
    /** Over each graph of the module as it was read, before freezing runs what is constant. */
    LOADED,
    /** Over the one graph that freezing gives, wherever it will run. */
    FROZEN,
    /** On its way onto the device: the graph is the plain one then. */
    PLACED,
    /** What is faster there; held against the plain one before it is used. */
    FASTER
  }

  /** For logs and tests. */
  default String name() {
    return getClass().getSimpleName();
  }

  Stage stage();

  /** Finds what to change, and changes nothing yet. */
  Change look(Survey survey);

  /** What a pass has found to do. */
  interface Change {
    /** Nothing. */
    Change NONE = shapes -> {};

    /** Tensors of the outermost block whose shapes and types decide. */
    default List<Value> asked() {
      return List.of();
    }

    /**
     * Changes the graph, whose insert point is before its first node.
     *
     * @param shapes of all that was asked for; kept for what comes to stand for it
     */
    void apply(Map<Value, Shape> shapes);

    /** Whether inputs whose channels lie side by side save the graph a copy, once it is changed. */
    default boolean wantsChannelsLast() {
      return false;
    }
  }
}
