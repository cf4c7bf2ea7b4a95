package dev.wwts.internal.model.script;

import dev.wwts.internal.model.script.Tree.Assign;
import dev.wwts.internal.model.script.Tree.Branch;
import dev.wwts.internal.model.script.Tree.Evaluate;
import dev.wwts.internal.model.script.Tree.Expression;
import dev.wwts.internal.model.script.Tree.For;
import dev.wwts.internal.model.script.Tree.Statement;
import dev.wwts.internal.model.script.Tree.While;
import java.util.List;

/**
 * Goes through a function's statements in their order, those within others behind what decides
 * whether they run. What they mean is a subclass's: each kind has a method, which does nothing
 * here.
 */
abstract class Walk {
  /** Goes through these. */
  final void statements(List<Statement> body) {
    for (Statement statement : body) {
      if (statement instanceof Assign assign) {
        assign(assign);
      } else if (statement instanceof Evaluate evaluate) {
        evaluate(evaluate.values());
      } else if (statement instanceof Branch branch) {
        branch(branch.conditions());
        if (mayRun(branch)) {
          statements(branch.then());
        }
        statements(branch.otherwise());
      } else if (statement instanceof While loop) {
        loop(loop.condition(), List.of());
        statements(loop.body());
      } else if (statement instanceof For loop) {
        loop(loop.values(), loop.targets());
        statements(loop.body());
      }
    }
  }

  /** {@code targets : type = value}. */
  void assign(Assign assign) {}

  /** An expression for its effect, or what the function returns. */
  void evaluate(List<Expression> values) {}

  /** {@code if}. */
  void branch(List<Expression> conditions) {}

  /** Whether what stands behind {@code if} can run at all. */
  boolean mayRun(Branch branch) {
    return true;
  }

  /**
   * {@code while}, {@code for}.
   *
   * @param over the condition, or what the loop goes through
   * @param targets those of {@code for}
   */
  void loop(Expression over, List<Expression> targets) {}
}
