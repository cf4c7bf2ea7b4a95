package dev.wwts.internal.model.script;

import dev.wwts.internal.model.script.Tree.Assign;
import dev.wwts.internal.model.script.Tree.Attribute;
import dev.wwts.internal.model.script.Tree.Call;
import dev.wwts.internal.model.script.Tree.Expression;
import dev.wwts.internal.model.script.Tree.Function;
import dev.wwts.internal.model.script.Tree.Group;
import dev.wwts.internal.model.script.Tree.Name;
import dev.wwts.internal.model.script.Tree.Other;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How far a function packs lists and tuples into others, statement by statement: the types of
 * {@code b = (a, a)}, {@code c = (b, b)} and so on double, and LibTorch's time with them.
 */
final class Containers extends Walk {
  private static final int DEEPEST = 8;
  private static final int MOST = 512;

  /** Operators that hand on what they take; the others give tensors, numbers or texts. */
  private static final Set<String> HANDING_ON =
      Set.of(
          "__getitem__",
          "add",
          "copy",
          "dict",
          "get",
          "items",
          "keys",
          "list",
          "mul",
          "pop",
          "popitem",
          "setdefault",
          "slice",
          "sorted",
          "values",
          "unchecked_unwrap_optional",
          "TupleIndex",
          "tolist");

  /**
   * A value's type.
   *
   * @param depth containers in containers
   * @param size containers and their parts, where these are containers
   */
  private record Size(int depth, int size) {
    Size with(Size other) {
      return new Size(Math.max(depth, other.depth), size + other.size);
    }
  }

  private static final Size NONE = new Size(0, 0);

  private final Map<String, Size> variables = new HashMap<>();

  private Containers() {}

  /**
   * Checks a function.
   *
   * @throws Untrusted if it packs too much into one value
   */
  static void check(Function function) {
    new Containers().statements(function.body());
  }

  @Override
  void assign(Assign assign) {
    if (assign.value() != null) {
      assign(assign.targets(), assign.value());
    }
  }

  @Override
  void evaluate(List<Expression> values) {
    all(values);
  }

  @Override
  void branch(List<Expression> conditions) {
    all(conditions);
  }

  /** {@code a, b = c, d} packs nothing. */
  private void assign(List<Expression> targets, Expression value) {
    boolean each =
        targets.size() > 1
            && value instanceof Group group
            && group.parts().size() == targets.size();
    Size whole = each ? NONE : size(value);
    for (int i = 0; i < targets.size(); i++) {
      Size size = each ? size(((Group) value).parts().get(i)) : whole;
      if (targets.get(i) instanceof Name name) {
        variables.merge(name.id(), size, (a, b) -> a.size() > b.size() ? a : b);
      }
    }
  }

  private Size size(Expression expression) {
    if (expression instanceof Name name) {
      return variables.getOrDefault(name.id(), NONE);
    }
    if (expression instanceof Group group) {
      Size inner = all(group.parts());
      Size size = new Size(inner.depth() + 1, inner.size() + 1);
      if (size.depth() > DEEPEST || size.size() > MOST) {
        throw new Untrusted("packs lists or tuples into others beyond measure");
      }
      return size;
    }
    if (expression instanceof Other other) {
      return all(other.parts());
    }
    if (expression instanceof Call call) {
      Size arguments = all(call.arguments());
      boolean handsOn =
          call.function() instanceof Attribute operator
              ? HANDING_ON.contains(operator.name())
              : Tree.isName(call.function(), "sorted");
      return handsOn ? arguments : NONE;
    }
    return NONE;
  }

  private Size all(List<Expression> parts) {
    Size size = NONE;
    for (Expression part : parts) {
      size = size.with(size(part));
    }
    return size;
  }
}
