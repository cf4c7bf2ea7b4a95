package dev.wwts.internal.rewrite;

import static dev.wwts.internal.rewrite.GraphNodes.kind;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bytedeco.pytorch.Block;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitNode;
import org.bytedeco.pytorch.Value;
import org.bytedeco.pytorch.ValueVector;

/**
 * Ends a network whose loops run on and on: LibTorch can't be interrupted. Each round of a loop
 * takes its operators, and the lengths of the lists that they make, off what a forward may spend:
 *
 * <pre>
 * while more:            ->   spent = [0]
 *   ...                        while more:
 *                                now = spent[0] + 12
 *                                spent[0] = now
 *                                if now &gt; MOST: raise
 *                                ...
 * </pre>
 */
public final class Budget implements GraphPass {
  /** Operators in loops, in one forward: recurrent networks take thousands. */
  private static final long MOST = 1 << 18;

  /** So many elements of a list that a loop makes cost what an operator does. */
  private static final long SHIFT = 3;

  private static final String FAULT = "its loops take more than " + MOST + " operations";

  @Override
  public Stage stage() {
    return Stage.FROZEN;
  }

  /** In a graph into which all calls were inlined. */
  @Override
  public Change look(Survey survey) {
    Graph graph = survey.graph();
    List<JitNode> loops =
        GraphNodes.everywhere(graph).stream()
            .filter(node -> kind(node).equals("prim::Loop"))
            .toList();
    return loops.isEmpty() ? Change.NONE : shapes -> new Bounding(graph).bound(loops);
  }

  /** Whether a network's error says that it was ended. */
  public static boolean isSpent(String message) {
    return message.contains(FAULT)
        || Limits.areExceeded(message)
        || Divisions.areRefused(message)
        || ElementTypes.areUnknown(message);
  }

  /** Of one graph. */
  private record Bounding(Graph graph) {
    void bound(List<JitNode> loops) {
      JitNode first = graph.nodes().front();
      graph.setInsertPoint(first);
      Value zero = graph.insertConstant(new IValue(0L));
      JitNode spent = graph.createList(zero.type(), new ValueVector(zero));
      spent.insertBefore(first);
      Set<JitNode> charged = new HashSet<>();
      for (JitNode loop : loops) {
        Block body = loop.blocks().get(0);
        JitNode start = body.nodes().front();
        List<JitNode> inside = GraphNodes.everywhere(body);
        long nodes = inside.size();
        for (JitNode node : inside) {
          if (makesList(node) && charged.add(node)) {
            chargeLength(node, spent.output(), zero);
          }
        }
        graph.setInsertPoint(start);
        Value now = charge(start, spent.output(), zero, graph.insertConstant(new IValue(nodes)));
        Value most = graph.insertConstant(new IValue(MOST));
        Value isOver = GraphNodes.typed(graph, "aten::gt", start, "bool", now, most);
        GraphNodes.raiseIf(graph, isOver, start, FAULT);
      }
    }

    /** Of more than the few values that stand in the graph. */
    private static boolean makesList(JitNode node) {
      return kind(node).startsWith("aten::")
          && !Limits.SHORT.contains(kind(node))
          && node.outputs().size() == 1
          && Limits.hasLength(node.output())
          && !(Limits.IN_PLACE.contains(kind(node))
              && kind(GraphNodes.operands(node).get(1).node()).equals("prim::ListConstruct"));
    }

    private void chargeLength(JitNode node, Value spent, Value zero) {
      JitNode next = node.next();
      graph.setInsertPoint(next);
      Value shift = graph.insertConstant(new IValue(SHIFT));
      Value length = GraphNodes.typed(graph, "aten::len", next, "int", node.output());
      Value cost = GraphNodes.typed(graph, "aten::__rshift__", next, "int", length, shift);
      charge(next, spent, zero, cost);
    }

    /** Gives what is spent then. */
    private Value charge(JitNode before, Value spent, Value zero, Value cost) {
      Value sofar = GraphNodes.typed(graph, "aten::__getitem__", before, "int", spent, zero);
      Value now = GraphNodes.typed(graph, "aten::add", before, "int", sofar, cost);
      Value stored = GraphNodes.insert(graph, "aten::_set_item", before, spent, zero, now);
      stored.setType(spent.type());
      return now;
    }
  }
}
