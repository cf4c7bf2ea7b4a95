package dev.wwts.bundle.script;

import dev.wwts.bundle.script.Tree.Assign;
import dev.wwts.bundle.script.Tree.Call;
import dev.wwts.bundle.script.Tree.Expression;
import dev.wwts.bundle.script.Tree.Function;
import dev.wwts.bundle.script.Tree.Group;
import dev.wwts.bundle.script.Tree.Literal;
import dev.wwts.bundle.script.Tree.Name;
import dev.wwts.bundle.script.Tree.Other;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How large a function's whole numbers may be. */
final class Bounds {
  static final double UNBOUNDED = Double.POSITIVE_INFINITY;

  /** What a length may be. */
  static final double LENGTH = 1 << 12;

  private static final int DEEPEST = 20;
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

  private final Function function;
  private final Variables variables;
  private final @Nullable CallSites sites;
  private final Map<String, Double> known = new HashMap<>();

  /**
   * Of a function.
   *
   * @param sites who calls it with what; absent where nothing is known of that, nor of an input's
   *     size, as while a module is restored
   */
  Bounds(Function function, @Nullable CallSites sites) {
    this.function = function;
    this.variables = Variables.of(function);
    this.sites = sites;
  }

  Variables variables() {
    return variables;
  }

  private double variable(Name name, int depth) {
    Double before = known.get(name.id());
    if (before != null) {
      return before;
    }
    // one that is made from itself may grow
    known.put(name.id(), UNBOUNDED);
    Expression value = variables.once(name);
    double bound = value == null ? parameter(name, depth) : bound(value, depth);
    known.put(name.id(), bound);
    return bound;
  }

  /** The most that any caller gives, for one that is not set again. */
  private double parameter(Name name, int depth) {
    List<Assign> parameters = function.parameters();
    for (int i = 0; i < parameters.size(); i++) {
      if (sites != null
          && Tree.isName(parameters.get(i).targets().get(0), name.id())
          && variables.times(name.id()) == 2) {
        Expression byDefault = parameters.get(i).value();
        double most = byDefault == null ? 0 : bound(byDefault, depth);
        return Math.max(most, sites.most(function, i, byDefault == null, depth));
      }
    }
    return UNBOUNDED;
  }

  /**
   * The most that a whole number may be, whatever its sign; variables that are set again may grow.
   */
  double bound(Expression expression, int depth) {
    if (expression instanceof Literal number) {
      return NUMBER.matcher(number.text()).matches()
          ? Double.parseDouble(number.text())
          : UNBOUNDED;
    }
    if (expression instanceof Name name) {
      return depth > DEEPEST ? UNBOUNDED : variable(name, depth + 1);
    }
    if (expression instanceof Other signed && signed.parts().size() == 1) {
      return bound(signed.parts().get(0), depth + 1) + 1;
    }
    if (expression instanceof Other subscript
        && subscript.parts().size() == 2
        && Variables.isShape(subscript.parts().get(0))) {
      return sites == null ? UNBOUNDED : LENGTH;
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
      case "torch.mul" ->
          of.size() < 2 || sites == null
              ? UNBOUNDED
              : Math.max(1, bound(of.get(0), depth + 1)) * Math.max(1, bound(of.get(1), depth + 1));
      case "ops.prim.min" -> least(of, depth + 1);
      default -> UNBOUNDED;
    };
  }

  /** The least of a list, or of two; {@code enumerate} writes the largest number into it. */
  private double least(List<Expression> of, int depth) {
    Expression list = of.get(0) instanceof Name ? variables.once(of.get(0)) : of.get(0);
    if (of.size() == 1 && !(list instanceof Group)) {
      return Variables.isShape(of.get(0)) ? LENGTH : UNBOUNDED;
    }
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
