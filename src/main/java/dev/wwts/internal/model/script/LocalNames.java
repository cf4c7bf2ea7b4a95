package dev.wwts.internal.model.script;

import dev.wwts.internal.model.script.Tree.Assign;
import dev.wwts.internal.model.script.Tree.Attribute;
import dev.wwts.internal.model.script.Tree.Expression;
import dev.wwts.internal.model.script.Tree.Group;
import dev.wwts.internal.model.script.Tree.Name;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The names that a function gives values to; none may be that of a word with effects. */
final class LocalNames extends Walk {
  private final Operators operators;
  private final Set<String> names = new HashSet<>();

  LocalNames(Operators operators) {
    this.operators = operators;
  }

  boolean contains(String name) {
    return names.contains(name);
  }

  /**
   * Adds what is assigned to.
   *
   * @throws Untrusted if it hides a word with effects
   */
  void add(List<Expression> targets) {
    for (Expression target : targets) {
      if (target instanceof Name name) {
        requireHarmless(name.id());
        names.add(name.id());
      } else if (target instanceof Group group) {
        add(group.parts());
      }
    }
  }

  /**
   * Refuses a word with effects.
   *
   * @throws Untrusted if it is one
   */
  void requireHarmless(String name) {
    if (operators.is("words-with-effects", name)) {
      throw Untrusted.use(name);
    }
  }

  /** {@code id = self.id}; a word's name is then good for {@code (id).forward(x)} only. */
  static boolean isMember(Assign assign) {
    return assign.value() instanceof Attribute
        && assign.targets().size() == 1
        && assign.targets().get(0) instanceof Name;
  }

  @Override
  void assign(Assign assign) {
    if (isMember(assign)) {
      names.add(((Name) assign.targets().get(0)).id());
    } else {
      add(assign.targets());
    }
  }

  @Override
  void loop(Expression over, List<Expression> targets) {
    add(targets);
  }
}
