package dev.wwts.bundle.script;

import dev.wwts.bundle.script.Tree.Assign;
import dev.wwts.bundle.script.Tree.Attribute;
import dev.wwts.bundle.script.Tree.Branch;
import dev.wwts.bundle.script.Tree.Call;
import dev.wwts.bundle.script.Tree.Expression;
import dev.wwts.bundle.script.Tree.For;
import dev.wwts.bundle.script.Tree.Function;
import dev.wwts.bundle.script.Tree.Group;
import dev.wwts.bundle.script.Tree.Literal;
import dev.wwts.bundle.script.Tree.Name;
import dev.wwts.bundle.script.Tree.Other;
import dev.wwts.bundle.script.Tree.Statement;
import dev.wwts.bundle.script.Tree.While;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
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
 * where n is the length of a list, a number of dimensions, or the like: what can't grow.
 */
final class Loops {
  /** More rounds than a list or a shape of a network gives. */
  private static final double MOST_ROUNDS = 1 << 16;

  /** What a length may be. */
  private static final double LENGTH = 1 << 12;

  private static final int DEEPEST = 20;
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");
  private static final double UNBOUNDED = Double.POSITIVE_INFINITY;

  private final Map<String, Expression> first = new HashMap<>();
  private final Map<String, Expression> values = new HashMap<>();
  private final Map<String, Integer> times = new HashMap<>();

  private Loops() {}

  /**
   * Checks a function.
   *
   * @throws Untrusted if one of its loops may not end
   */
  static void check(Function function) {
    Loops loops = new Loops();
    for (Assign parameter : function.parameters()) {
      loops.collect(parameter.targets(), null);
    }
    loops.collect(function.body());
    loops.statements(function.body(), 1);
  }

  private void collect(List<Statement> body) {
    for (Statement statement : body) {
      if (statement instanceof Assign assign) {
        collect(assign.targets(), assign.value());
      } else if (statement instanceof Branch branch) {
        collect(branch.then());
        collect(branch.otherwise());
      } else if (statement instanceof While loop) {
        collect(loop.body());
      } else if (statement instanceof For loop) {
        collect(loop.targets(), null);
        collect(loop.body());
      }
    }
  }

  private void collect(List<Expression> targets, @Nullable Expression value) {
    for (int i = 0; i < targets.size(); i++) {
      if (targets.get(i) instanceof Name name) {
        times.merge(name.id(), 1, Integer::sum);
        Expression part = part(targets, value, i);
        if (part == null) {
          times.merge(name.id(), 1, Integer::sum);
        } else {
          first.putIfAbsent(name.id(), part);
          values.put(name.id(), part);
        }
      }
    }
  }

  private static @Nullable Expression part(
      List<Expression> targets, @Nullable Expression value, int i) {
    if (targets.size() == 1) {
      return value;
    }
    return value instanceof Group group && group.parts().size() == targets.size()
        ? group.parts().get(i)
        : null;
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
    if (rounds > MOST_ROUNDS * LENGTH) {
      throw new Untrusted("holds a " + word + " loop that may not end");
    }
    return rounds;
  }

  private double ofFor(For loop) {
    if (loop.values() instanceof Call call
        && call.function() instanceof Name word
        && word.id().equals("range")
        && call.arguments().size() == 1) {
      double rounds = bound(call.arguments().get(0), 0);
      return rounds > MOST_ROUNDS ? UNBOUNDED : rounds;
    }
    return UNBOUNDED;
  }

  /** The values that a variable has once its loop begins again. */
  private double ofWhile(While loop) {
    if (!(loop.condition() instanceof Name more) || loop.body().isEmpty()) {
      return UNBOUNDED;
    }
    Statement last = loop.body().get(loop.body().size() - 1);
    if (!(last instanceof Assign carried) || carried.value() == null) {
      return UNBOUNDED;
    }
    Expression go = carriedTo(carried, more.id());
    Expression less = go == null ? null : inBody(loop, go);
    if (less != null && isCall(less, "__and__")) {
      less = ((Call) less).arguments().get(0);
    }
    if (less == null || !isCall(less, "lt")) {
      return UNBOUNDED;
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
      return UNBOUNDED;
    }
    double rounds = bound(limit, 0);
    return rounds > MOST_ROUNDS ? UNBOUNDED : rounds;
  }

  /** The value of a variable that is set in one place only, in each round of the loop. */
  private @Nullable Expression inBody(While loop, Expression variable) {
    for (Statement statement : loop.body()) {
      if (statement instanceof Assign assign
          && assign.targets().size() == 1
          && isSame(assign.targets().get(0), variable)) {
        return once(variable);
      }
    }
    return null;
  }

  private static boolean isSame(@Nullable Expression one, Expression other) {
    return other instanceof Name name && Tree.isName(one, name.id());
  }

  private boolean countsFromZero(While loop, Name counter) {
    return times.getOrDefault(counter.id(), 0) == 2
        && Tree.isLiteral(first.get(counter.id()), "0")
        && body(loop).times.getOrDefault(counter.id(), 0) == 1;
  }

  private static boolean isSetIn(While loop, Expression limit) {
    return limit instanceof Name name && body(loop).times.containsKey(name.id());
  }

  private static Loops body(While loop) {
    Loops inside = new Loops();
    inside.collect(loop.body());
    return inside;
  }

  private static @Nullable Expression carriedTo(Assign carried, String name) {
    for (int i = 0; i < carried.targets().size(); i++) {
      if (Tree.isName(carried.targets().get(i), name)) {
        return part(carried.targets(), carried.value(), i);
      }
    }
    return null;
  }

  /** A variable's value where it is set in one place only. */
  private @Nullable Expression once(Expression expression) {
    return expression instanceof Name name && times.getOrDefault(name.id(), 0) == 1
        ? values.get(name.id())
        : null;
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

  /**
   * The most that a whole number may be, whatever its sign; variables that are set again may grow.
   */
  private double bound(Expression expression, int depth) {
    if (expression instanceof Literal number) {
      return NUMBER.matcher(number.text()).matches()
          ? Double.parseDouble(number.text())
          : UNBOUNDED;
    }
    if (expression instanceof Name) {
      Expression value = depth > DEEPEST ? null : once(expression);
      return value == null ? UNBOUNDED : bound(value, depth + 1);
    }
    if (expression instanceof Other signed && signed.parts().size() == 1) {
      return bound(signed.parts().get(0), depth + 1) + 1;
    }
    if (!(expression instanceof Call call) || call.arguments().isEmpty()) {
      return UNBOUNDED;
    }
    List<Expression> of = call.arguments();
    return switch (Calls.operator(call.function())) {
      case "torch.len", "torch.dim", "torch.size" -> LENGTH;
      case "torch.floordiv" -> bound(of.get(0), depth + 1);
      // from, to, step
      case "torch.sub", "torch.add", "torch.__range_length" ->
          of.size() < 2 ? UNBOUNDED : bound(of.get(0), depth + 1) + bound(of.get(1), depth + 1);
      case "ops.prim.min" -> least(of, depth + 1);
      default -> UNBOUNDED;
    };
  }

  /** The least of a list, or of two; {@code enumerate} writes the largest number into it. */
  private double least(List<Expression> of, int depth) {
    Expression list = of.get(0) instanceof Name ? once(of.get(0)) : of.get(0);
    List<Expression> parts = of.size() == 1 && list instanceof Group group ? group.parts() : of;
    double most = 0;
    boolean isBounded = false;
    for (Expression part : parts) {
      double bound = bound(part, depth);
      if (bound < UNBOUNDED) {
        most = Math.max(most, bound);
        isBounded = true;
      } else if (!(part instanceof Literal)) {
        return UNBOUNDED;
      }
    }
    return isBounded ? most : UNBOUNDED;
  }
}
