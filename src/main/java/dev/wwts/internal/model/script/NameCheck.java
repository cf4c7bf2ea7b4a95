package dev.wwts.internal.model.script;

import dev.wwts.internal.model.script.Declarations.Members;
import dev.wwts.internal.model.script.Tree.Assign;
import dev.wwts.internal.model.script.Tree.Attribute;
import dev.wwts.internal.model.script.Tree.Call;
import dev.wwts.internal.model.script.Tree.Expression;
import dev.wwts.internal.model.script.Tree.Function;
import dev.wwts.internal.model.script.Tree.Group;
import dev.wwts.internal.model.script.Tree.Name;
import dev.wwts.internal.model.script.Tree.Other;
import dev.wwts.internal.model.script.Tree.Text;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks at every name in a function: it must be an allowed operator that is called then and there,
 * one of TorchScript's own words, or declared in the archive.
 */
final class NameCheck extends Walk {
  private static final Set<String> NAMESPACES = Set.of("torch", "ops", "__torch__", "CONSTANTS");

  /** Classes of LibTorch's own that hold packed weights. */
  private static final List<String> NATIVE_CLASSES =
      List.of("__torch__.torch.classes.quantized.", "__torch__.torch.classes.rnn.");

  /** Methods that torch.jit.save calls by their names; the others run where none can be seen. */
  private static final Set<String> CALLED_BY_NAME =
      Set.of(
          "__call__",
          "__contains__",
          "__enter__",
          "__exit__",
          "__getstate__",
          "__init__",
          "__len__",
          "__setstate__");

  private final Declarations declarations;
  private final Operators operators = Operators.reviewed();
  private LocalNames locals = new LocalNames(operators);

  /** Lists of anything nest as deep as a loop runs, and are let go by recursion. */
  private static final String ANY = "Any";

  /** Parameters that may be anything, as those of {@code __exit__}, and that nothing reads. */
  private final Set<String> unread = new HashSet<>();

  /** The types of parameters that are not assigned to. */
  private final Map<String, Expression> parameters = new HashMap<>();

  NameCheck(Declarations declarations) {
    this.declarations = declarations;
  }

  /**
   * Checks a function.
   *
   * @throws Untrusted if a name in it is none of these
   */
  void check(Function function) {
    String name = function.name();
    if (name.startsWith("__") && name.endsWith("__") && !CALLED_BY_NAME.contains(name)) {
      throw new Untrusted("declares " + name);
    }
    locals = new LocalNames(operators);
    locals.statements(function.body());
    parameters.clear();
    for (Assign parameter : function.parameters()) {
      if (parameter.targets().get(0) instanceof Name id
          && parameter.type() != null
          && !locals.contains(id.id())) {
        parameters.put(id.id(), parameter.type());
      }
    }
    for (Assign parameter : function.parameters()) {
      locals.add(parameter.targets());
    }
    unread.clear();
    for (Assign parameter : function.parameters()) {
      if (Tree.isName(parameter.type(), ANY) && parameter.targets().get(0) instanceof Name id) {
        unread.add(id.id());
      } else {
        check(parameter);
      }
    }
    optional(function.type());
    statements(function.body());
  }

  /** Checks what stands in a class's body outside its methods. */
  void check(Assign field) {
    Expression target = field.targets().get(0);
    if (target instanceof Name name
        && name.id().endsWith("hooks__")
        && field.value() instanceof Group hooks
        && !hooks.parts().isEmpty()) {
      throw Untrusted.use(name.id());
    }
    optional(field.type());
    optional(field.value());
  }

  @Override
  void assign(Assign assign) {
    if (!LocalNames.isMember(assign)) {
      all(assign.targets());
    }
    optional(assign.type());
    optional(assign.value());
  }

  @Override
  void evaluate(List<Expression> values) {
    all(values);
  }

  @Override
  void branch(List<Expression> conditions) {
    all(conditions);
  }

  @Override
  void loop(Expression over, List<Expression> targets) {
    expression(over);
  }

  private void optional(@Nullable Expression expression) {
    if (expression != null) {
      expression(expression);
    }
  }

  private void all(List<Expression> expressions) {
    for (int i = 0; i < expressions.size(); i++) {
      expression(expressions.get(i));
    }
  }

  private void expression(Expression expression) {
    if (expression instanceof Name name) {
      variable(name.id());
    } else if (expression instanceof Attribute attribute) {
      attribute(attribute);
    } else if (expression instanceof Call call) {
      call(call);
    } else if (expression instanceof Group group) {
      all(group.parts());
    } else if (expression instanceof Other other) {
      all(other.parts());
    }
  }

  private void variable(String name) {
    locals.requireHarmless(name);
    if (unread.contains(name) || (name.equals(ANY) && !locals.contains(name))) {
      throw new Untrusted("has values of any type");
    }
    if (NAMESPACES.contains(name)
        || isLookUp(name)
        || !(locals.contains(name) || operators.is("words", name))) {
      throw Untrusted.use(name);
    }
  }

  /**
   * {@code getattr(base, "name")} is {@code base.name}; there is no other way to write its name.
   */
  private void call(Call call) {
    if (call.function() instanceof Name name && isLookUp(name.id())) {
      if (call.arguments().size() != 2 || !(call.arguments().get(1) instanceof Text member)) {
        throw Untrusted.use(name.id());
      }
      expression(call.arguments().get(0));
      member(call.arguments().get(0), member.raw());
      return;
    }
    if (Tree.isName(call.function(), "unchecked_cast")) {
      requireSafeCast(call);
    }
    if (!(call.function() instanceof Attribute called && isAllowedOperator(called))) {
      expression(call.function());
    }
    all(call.arguments());
  }

  /**
   * LibTorch looks at a value's kind where it uses it, but not at a tuple's length nor an object's
   * class: those may only be what a parameter says it is, unless it is None.
   */
  private void requireSafeCast(Call call) {
    List<Expression> of = call.arguments();
    boolean isSafe =
        of.size() == 2
            && (Types.isPlain(of.get(0))
                || (of.get(1) instanceof Name name
                    && Types.isOptional(parameters.get(name.id()), of.get(0))));
    if (!isSafe) {
      throw new Untrusted("casts a value to a type that it need not have");
    }
  }

  private boolean isAllowedOperator(Attribute called) {
    if (Tree.isName(called.base(), "torch")) {
      return operators.allows("aten::" + called.name());
    }
    return called.base() instanceof Attribute namespace
        && Tree.isName(namespace.base(), "ops")
        && operators.allows(namespace.name() + "::" + called.name());
  }

  private static boolean isLookUp(String name) {
    return name.equals("getattr") || name.equals("hasattr");
  }

  /** An operator that is not called where it is named would escape the checks that follow. */
  private void attribute(Attribute attribute) {
    String operator = Calls.operator(attribute);
    if (!operator.isEmpty()) {
      throw Untrusted.use(operator);
    }
    if (Tree.isName(attribute.base(), "CONSTANTS")) {
      return;
    }
    String fullName = Declarations.fullName(attribute);
    if (!fullName.isEmpty()) {
      archived(fullName);
      return;
    }
    // a variable of a word's name is not called here
    if (!(attribute.base() instanceof Name base
        && locals.contains(base.id())
        && operators.is("words-with-effects", base.id()))) {
      expression(attribute.base());
    }
    member(attribute.base(), attribute.name());
  }

  /** A class or function of the archive, a member of such a class, or LibTorch's packed weights. */
  private void archived(String fullName) {
    String owner = fullName.substring(0, fullName.lastIndexOf('.'));
    boolean known =
        declarations.type(fullName) != null
            || declarations.function(fullName) != null
            || declarations.type(owner) != null
            || NATIVE_CLASSES.stream().anyMatch(fullName::startsWith);
    if (!known) {
      throw Untrusted.use(fullName);
    }
  }

  /**
   * A member's name may be that of an operator, which TorchScript looks for where the value has no
   * such member; those of a module that is a parameter come first.
   */
  private void member(Expression base, String name) {
    Members members =
        base instanceof Name parameter
            ? declarations.type(Declarations.fullName(parameters.get(parameter.id())))
            : null;
    if (members != null
        && members.base().equals("Module")
        && members.attributes().containsKey(name)) {
      return;
    }
    if (operators.refuses("aten::" + name)
        || !(declarations.declares(name) || operators.is("members", name))) {
      throw Untrusted.use("." + name);
    }
  }
}
