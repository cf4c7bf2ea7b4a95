package dev.wwts.internal.model.script;

import dev.wwts.internal.model.script.Tree.Assign;
import dev.wwts.internal.model.script.Tree.Branch;
import dev.wwts.internal.model.script.Tree.Expression;
import dev.wwts.internal.model.script.Tree.For;
import dev.wwts.internal.model.script.Tree.Function;
import dev.wwts.internal.model.script.Tree.Group;
import dev.wwts.internal.model.script.Tree.Literal;
import dev.wwts.internal.model.script.Tree.Name;
import dev.wwts.internal.model.script.Tree.Other;
import dev.wwts.internal.model.script.Tree.Statement;
import dev.wwts.internal.model.script.Tree.Struct;
import dev.wwts.internal.model.script.Tree.Text;
import dev.wwts.internal.model.script.Tree.While;
import java.util.List;
import java.util.Set;

/**
 * The form of classes: LibTorch's importer reads them without looking, a member of an enumeration
 * without a value as a null pointer.
 */
final class ClassBody {
  private static final Set<String> LISTS =
      Set.of(
          "__annotations__",
          "__parameters__",
          "__buffers__",
          "__constants__",
          "__forward_hooks__",
          "__forward_pre_hooks__");

  private ClassBody() {}

  /**
   * Checks a class.
   *
   * @throws Malformed if torch.jit.save writes none like it
   */
  static void check(Struct type) {
    boolean valid =
        switch (type.base()) {
          case "Module", "" -> type.body().stream().allMatch(ClassBody::isMember);
          case "NamedTuple" -> type.body().stream().allMatch(ClassBody::isField);
          case "Enum" -> isEnumeration(type.body());
          case "Interface", "ModuleInterface" ->
              type.body().stream()
                  .allMatch(member -> member instanceof Function method && method.body().isEmpty());
          default -> false;
        };
    if (!valid) {
      throw new Malformed(1, "the class " + type.name() + " is not as torch.jit.save writes one");
    }
    for (Statement member : type.body()) {
      if (member instanceof Function method) {
        if (method.parameters().isEmpty()) {
          throw new Malformed(1, "the method " + method.name() + " has no parameters");
        }
        checkFunction(method);
      }
    }
  }

  /** Functions hold none themselves. */
  static void checkFunction(Function function) {
    if (holdsFunction(function.body())) {
      throw new Malformed(1, "the function " + function.name() + " holds another one");
    }
  }

  private static boolean holdsFunction(List<Statement> body) {
    for (Statement statement : body) {
      boolean holds =
          statement instanceof Function
              || (statement instanceof Branch branch
                  && (holdsFunction(branch.then()) || holdsFunction(branch.otherwise())))
              || (statement instanceof While loop && holdsFunction(loop.body()))
              || (statement instanceof For repeat && holdsFunction(repeat.body()));
      if (holds) {
        return true;
      }
    }
    return false;
  }

  private static boolean isMember(Statement statement) {
    if (statement instanceof Function) {
      return true;
    }
    if (!(statement instanceof Assign field) || field.targets().size() != 1) {
      return false;
    }
    Expression target = field.targets().get(0);
    if (target instanceof Other subscript) {
      return subscript.parts().size() == 2
          && Tree.isName(subscript.parts().get(0), "__annotations__")
          && subscript.parts().get(1) instanceof Text
          && field.type() == null
          && field.value() != null;
    }
    if (target instanceof Name name && LISTS.contains(name.id())) {
      return field.type() == null
          && field.value() instanceof Group list
          && list.parts().stream().allMatch(Text.class::isInstance);
    }
    return target instanceof Name && field.type() != null;
  }

  private static boolean isField(Statement statement) {
    return statement instanceof Assign field
        && field.targets().size() == 1
        && field.targets().get(0) instanceof Name
        && field.type() != null;
  }

  private static boolean isEnumeration(List<Statement> body) {
    return !body.isEmpty()
        && body.stream()
            .allMatch(
                statement ->
                    statement instanceof Assign field
                        && field.targets().size() == 1
                        && field.targets().get(0) instanceof Name
                        && field.type() == null
                        && (field.value() instanceof Literal || field.value() instanceof Text));
  }
}
