package dev.wwts.bundle.script;

import dev.wwts.bundle.script.Tree.Assign;
import dev.wwts.bundle.script.Tree.Attribute;
import dev.wwts.bundle.script.Tree.Branch;
import dev.wwts.bundle.script.Tree.Call;
import dev.wwts.bundle.script.Tree.Expression;
import dev.wwts.bundle.script.Tree.For;
import dev.wwts.bundle.script.Tree.Function;
import dev.wwts.bundle.script.Tree.Name;
import dev.wwts.bundle.script.Tree.Statement;
import dev.wwts.bundle.script.Tree.While;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a function's loops end: LibTorch can't be stopped. {@code for} runs over {@code
 * range(n)}; {@code while} is what torch.jit.save makes of a {@code for} that is left early:
 *
 * <pre>{@code
 * more = torch.gt(n, 0)
 * while more:
 *   ...
 *   next = torch.add(i, 1)
 *   go = torch.__and__(torch.lt(next, n), ...)
 *   more, ..., i = go, ..., next
 * }</pre>
 *
 * where n is a constant, the length of a list, an input's size or number of dimensions, or the
 * like: what can't grow. LibTorch reads n once, before the first round.
 */
final class Loops {
  /** More rounds than a list or a shape of a network gives. */
  private static final double MOST_ROUNDS = 1 << 16;

  private final Bounds bounds;

  private Loops(Bounds bounds) {
    this.bounds = bounds;
  }

  /**
   * Checks a function.
   *
   * @param bounds of its numbers
   * @throws Untrusted if one of its loops may not end
   */
  static void check(Function function, Bounds bounds) {
    new Loops(bounds).statements(function.body(), 1);
  }

  private void statements(List<Statement> body, double rounds) {
    for (Statement statement : body) {
      if (statement instanceof Branch branch) {
        statements(branch.then(), rounds);
        statements(branch.otherwise(), rounds);
      } else if (statement instanceof For loop) {
        statements(loop.body(), checked(rounds * ofFor(loop), "for"));
      } else if (statement instanceof While loop) {
        statements(loop.body(), checked(rounds * ofWhile(loop), "while"));
      }
    }
  }

  private static double checked(double rounds, String word) {
    if (rounds > MOST_ROUNDS * Bounds.LENGTH) {
      throw new Untrusted("holds a " + word + " loop that may not end");
    }
    return rounds;
  }

  private double ofFor(For loop) {
    if (loop.values() instanceof Call call
        && call.function() instanceof Name word
        && word.id().equals("range")
        && call.arguments().size() == 1) {
      double rounds = bounds.bound(call.arguments().get(0), 0);
      return rounds > MOST_ROUNDS ? Bounds.UNBOUNDED : rounds;
    }
    return Bounds.UNBOUNDED;
  }

  /** The values that a variable has once its loop begins again. */
  private double ofWhile(While loop) {
    if (!(loop.condition() instanceof Name more) || loop.body().isEmpty()) {
      return Bounds.UNBOUNDED;
    }
    Statement last = loop.body().get(loop.body().size() - 1);
    if (!(last instanceof Assign carried) || carried.value() == null) {
      return Bounds.UNBOUNDED;
    }
    Expression go = carriedTo(carried, more.id());
    Expression less = go == null ? null : inBody(loop, go);
    if (less != null && isCall(less, "__and__")) {
      less = ((Call) less).arguments().get(0);
    }
    if (less == null || !isCall(less, "lt")) {
      return Bounds.UNBOUNDED;
    }
    Expression next = ((Call) less).arguments().get(0);
    Expression limit = ((Call) less).arguments().get(1);
    Expression sum = inBody(loop, next);
    if (sum == null
        || !isCall(sum, "add")
        || !(((Call) sum).arguments().get(0) instanceof Name counter)
        || !Tree.isLiteral(((Call) sum).arguments().get(1), "1")
        || !isSame(carriedTo(carried, counter.id()), next)
        || !countsFromZero(loop, counter)
        || isSetIn(loop, limit)) {
      return Bounds.UNBOUNDED;
    }
    double rounds = bounds.bound(limit, 0);
    return rounds > MOST_ROUNDS ? Bounds.UNBOUNDED : rounds;
  }

  /** The value of a variable that is set in one place only, in each round of the loop. */
  private @Nullable Expression inBody(While loop, Expression variable) {
    for (Statement statement : loop.body()) {
      if (statement instanceof Assign assign
          && assign.targets().size() == 1
          && isSame(assign.targets().get(0), variable)) {
        return bounds.variables().once(variable);
      }
    }
    return null;
  }

  private static boolean isSame(@Nullable Expression one, Expression other) {
    return other instanceof Name name && Tree.isName(one, name.id());
  }

  private boolean countsFromZero(While loop, Name counter) {
    return bounds.variables().times(counter.id()) == 2
        && Tree.isLiteral(bounds.variables().first(counter.id()), "0")
        && Variables.of(loop.body()).times(counter.id()) == 1;
  }

  private static boolean isSetIn(While loop, Expression limit) {
    return limit instanceof Name name && Variables.of(loop.body()).times(name.id()) > 0;
  }

  private static @Nullable Expression carriedTo(Assign carried, String name) {
    for (int i = 0; i < carried.targets().size(); i++) {
      if (Tree.isName(carried.targets().get(i), name)) {
        return Variables.part(carried.targets(), carried.value(), i);
      }
    }
    return null;
  }

  private static boolean isCall(Expression expression, String operator) {
    return expression instanceof Call call
        && call.arguments().size() == 2
        && isOperator(call, operator);
  }

  private static boolean isOperator(Call call, String operator) {
    return call.function() instanceof Attribute attribute
        && attribute.name().equals(operator)
        && Tree.isName(attribute.base(), "torch");
  }
}
