package dev.wwts.bundle.script;

import dev.wwts.bundle.script.Tree.Assign;
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
import org.jspecify.annotations.Nullable;

/** What a function's variables are given, and in how many places. */
final class Variables {
  private final Map<String, Expression> first = new HashMap<>();
  private final Map<String, Expression> values = new HashMap<>();
  private final Map<String, Integer> times = new HashMap<>();

  private Variables() {}

  static Variables of(Function function) {
    Variables variables = new Variables();
    for (Assign parameter : function.parameters()) {
      variables.collect(parameter.targets(), null);
    }
    variables.collect(function.body());
    return variables;
  }

  static Variables of(List<Statement> body) {
    Variables variables = new Variables();
    variables.collect(body);
    return variables;
  }

  /** Where it is set; what is not known counts twice. */
  int times(String name) {
    return times.getOrDefault(name, 0);
  }

  /** What it is given in the first place of its function. */
  @Nullable Expression first(String name) {
    return first.get(name);
  }

  /** A variable's value where it is set in one place only. */
  @Nullable Expression once(Expression expression) {
    return expression instanceof Name name && times(name.id()) == 1 ? values.get(name.id()) : null;
  }

  /** Whether it is {@code torch.size(x)}, a new list. */
  static boolean isShape(@Nullable Expression expression) {
    return expression instanceof Call call
        && call.arguments().size() == 1
        && Calls.operator(call.function()).equals("torch.size");
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
      } else if (targets.get(i) instanceof Group group) {
        collect(group.parts(), null);
      }
    }
  }

  /** What one of several targets is given. */
  static @Nullable Expression part(List<Expression> targets, @Nullable Expression value, int i) {
    if (targets.size() == 1) {
      return value;
    }
    if (value instanceof Group group && group.parts().size() == targets.size()) {
      return group.parts().get(i);
    }
    // b, c, h, w = torch.size(x); which of them does not matter
    return isShape(value) ? new Other(List.of(value, new Literal("0"))) : null;
  }
}
