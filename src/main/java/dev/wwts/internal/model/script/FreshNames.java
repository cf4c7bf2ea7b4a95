package dev.wwts.internal.model.script;

import dev.wwts.internal.model.script.Tree.Assign;
import dev.wwts.internal.model.script.Tree.Attribute;
import dev.wwts.internal.model.script.Tree.Call;
import dev.wwts.internal.model.script.Tree.Expression;
import dev.wwts.internal.model.script.Tree.Function;
import dev.wwts.internal.model.script.Tree.Name;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A function's variables that only ever hold an object which it has just made. */
final class FreshNames extends Walk {
  private final Set<String> made = new HashSet<>();
  private final Set<String> others = new HashSet<>();

  private FreshNames() {}

  static Set<String> of(Function function) {
    FreshNames names = new FreshNames();
    for (Assign parameter : function.parameters()) {
      names.assigned(parameter.targets(), null);
    }
    names.statements(function.body());
    names.made.removeAll(names.others);
    return names.made;
  }

  @Override
  void assign(Assign assign) {
    assigned(assign.targets(), assign.value());
  }

  @Override
  void loop(Expression over, List<Expression> targets) {
    assigned(targets, null);
  }

  private void assigned(List<Expression> targets, @Nullable Expression value) {
    boolean isMade =
        targets.size() == 1
            && value instanceof Call call
            && call.function() instanceof Attribute maker
            && maker.name().equals("__new__")
            && !Declarations.fullName(maker).isEmpty();
    for (Expression target : targets) {
      if (target instanceof Name name) {
        (isMade ? made : others).add(name.id());
      } else if (target instanceof Tree.Group group) {
        assigned(group.parts(), null);
      }
    }
  }
}
