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
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What one function does, as far as types tell it: whom of the archive it calls, and how much. */
final class Calls extends Walk {
  private static final Operators OPERATORS = Operators.reviewed();

  private final Declarations declarations;

  /** The class or function that a variable stands for; none for tensors, numbers and the like. */
  private final Map<String, String> meanings = new HashMap<>();

  private final List<Function> callees = new ArrayList<>();
  private final IdentityHashMap<Call, List<Function>> targets = new IdentityHashMap<>();
  private int operations;
  private @Nullable String noise;
  private boolean loops;

  /** The first parameter, and the variables that only ever hold what {@code __new__} gave. */
  private final String self;

  private final Set<String> fresh = new HashSet<>();
  private boolean writesSelf;
  private boolean writesOther;

  /** The callees by what they are called on. */
  private final Set<Function> onSelf = Collections.newSetFromMap(new IdentityHashMap<>());

  private final Set<Function> onOther = Collections.newSetFromMap(new IdentityHashMap<>());

  private Calls(Declarations declarations, Function function) {
    this.declarations = declarations;
    this.self =
        !function.parameters().isEmpty()
                && function.parameters().get(0).targets().get(0) instanceof Name name
            ? name.id()
            : "";
  }

  /** Reads a function. */
  static Calls of(Function function, Declarations declarations) {
    Calls calls = new Calls(declarations, function);
    for (Assign parameter : function.parameters()) {
      calls.means(parameter.targets(), Declarations.fullName(parameter.type()));
    }
    calls.fresh.addAll(FreshNames.of(function));
    calls.statements(function.body());
    return calls;
  }

  /** The functions of the archive that it calls, once for each call. */
  List<Function> callees() {
    return callees;
  }

  /** Its own calls and statements. */
  int operations() {
    return operations;
  }

  /** Whether it sets an attribute of its first parameter. */
  boolean writesSelf() {
    return writesSelf;
  }

  /** Whether it sets one of anything else that was there before. */
  boolean writesOther() {
    return writesOther;
  }

  /** Those that it calls on its own first parameter. */
  Set<Function> onSelf() {
    return onSelf;
  }

  /** Those that it calls on something that was there before, or on nothing. */
  Set<Function> onOther() {
    return onOther;
  }

  /** Whether it has a loop. */
  boolean loops() {
    return loops;
  }

  /** What it does beyond giving a module its weights back, if anything. */
  @Nullable String noise() {
    return noise;
  }

  private void means(List<Expression> targets, String meaning) {
    for (Expression target : targets) {
      if (target instanceof Name name) {
        meanings.put(name.id(), targets.size() == 1 ? meaning : "");
      } else if (target instanceof Attribute attribute) {
        boolean isSelf = Tree.isName(attribute.base(), self);
        writesSelf |= isSelf;
        writesOther |= !isSelf && !isFresh(attribute.base());
      } else if (target instanceof Group group) {
        means(group.parts(), "");
      }
    }
  }

  private boolean isFresh(Expression expression) {
    return expression instanceof Name name && fresh.contains(name.id());
  }

  @Override
  void assign(Assign assign) {
    operations++;
    assign.targets().forEach(this::evaluate);
    means(assign.targets(), assign.value() == null ? "" : evaluate(assign.value()));
  }

  @Override
  void evaluate(List<Expression> values) {
    operations++;
    values.forEach(this::evaluate);
  }

  @Override
  void branch(List<Expression> conditions) {
    evaluate(conditions);
  }

  @Override
  void loop(Expression over, List<Expression> targets) {
    operations++;
    loops = true;
    evaluate(over);
    means(targets, "");
  }

  /** The class of an expression's value, or the function or class that it names; often none. */
  private String evaluate(Expression expression) {
    if (expression instanceof Name name) {
      return meanings.getOrDefault(name.id(), "");
    }
    if (expression instanceof Attribute attribute) {
      String fullName = Declarations.fullName(attribute);
      return fullName.isEmpty()
          ? attribute(evaluate(attribute.base()), attribute.name())
          : fullName;
    }
    if (expression instanceof Call call) {
      operations++;
      String operator = operator(call.function());
      if (!operator.isEmpty() && !OPERATORS.is("restoring", operator)) {
        noise = operator;
      }
      return call(call);
    }
    List<Expression> parts =
        expression instanceof Group group
            ? group.parts()
            : expression instanceof Other other ? other.parts() : List.of();
    parts.forEach(this::evaluate);
    return "";
  }

  private String attribute(String type, String name) {
    Members members = declarations.type(type);
    return members == null ? "" : members.attributes().getOrDefault(name, "");
  }

  private String call(Call call) {
    List<String> meant = call.arguments().stream().map(this::evaluate).toList();
    String receiver =
        call.function() instanceof Attribute attribute ? evaluate(attribute.base()) : "";
    int before = callees.size();
    String meaning = meaningOf(call, meant, receiver);
    if (callees.size() > before) {
      List<Function> called = List.copyOf(callees.subList(before, callees.size()));
      if (call.isNamed()) {
        throw new Untrusted("names the arguments of its own " + called.get(0).name());
      }
      targets.put(call, called);
      Expression on =
          call.function() instanceof Attribute attribute ? attribute.base() : call.function();
      if (Tree.isName(on, self)) {
        onSelf.addAll(called);
      } else if (!isFresh(on)) {
        onOther.addAll(called);
      }
    }
    return meaning;
  }

  private String meaningOf(Call call, List<String> meant, String receiver) {
    if (call.function() instanceof Name word && !meanings.containsKey(word.id())) {
      return switch (word.id()) {
        case "getattr" ->
            call.arguments().get(1) instanceof Text member
                ? attribute(meant.get(0), member.raw())
                : "";
        case "unchecked_cast", "annotate" -> meant.isEmpty() ? "" : meant.get(0);
        default -> "";
      };
    }
    if (call.function() instanceof Attribute attribute
        && Declarations.fullName(attribute).isEmpty()
        && operator(attribute).isEmpty()) {
      int before = callees.size();
      String meaning = method(receiver, attribute.name());
      // a module's own submodule or the like, which torch.jit.save calls by its method
      if (callees.size() == before && !OPERATORS.is("members", attribute.name())) {
        throw new Untrusted("calls something without a name");
      }
      return meaning;
    }
    String called = evaluate(call.function());
    if (called.isEmpty() && operator(call.function()).isEmpty()) {
      throw new Untrusted("calls something without a name");
    }
    Function function = declarations.function(called);
    if (function != null) {
      return calls(function);
    }
    if (declarations.type(called) != null) {
      // the value is called, not its class
      method(called, "__call__");
      return method(called, "forward");
    }
    return called.endsWith(".__new__") ? called.substring(0, called.length() - 8) : "";
  }

  /** {@code torch.add} or {@code ops.prim.data} of such a chain; empty for anything else. */
  static String operator(Expression expression) {
    if (expression instanceof Name name) {
      return name.id().equals("torch") || name.id().equals("ops") ? name.id() : "";
    }
    if (expression instanceof Attribute attribute) {
      String base = operator(attribute.base());
      return base.isEmpty() ? "" : base + "." + attribute.name();
    }
    return "";
  }

  /** Whom this call of its may mean. */
  List<Function> callees(Call call) {
    return targets.getOrDefault(call, List.of());
  }

  /** Where the class is not known, any method of that name may be meant. */
  private String method(String type, String name) {
    Members members = declarations.type(type);
    if (members != null && members.base().endsWith("Interface")) {
      for (String implementer : declarations.implementers(type)) {
        method(implementer, name);
      }
    }
    if (members != null) {
      @Nullable Function method = members.methods().get(name);
      return method == null ? "" : calls(method);
    }
    String meaning = "";
    for (Function any : declarations.methods(name)) {
      meaning = calls(any);
    }
    return meaning;
  }

  private String calls(Function function) {
    callees.add(function);
    if (callees.size() > Work.MOST) {
      throw new Untrusted("calls " + function.name() + " too often");
    }
    return Declarations.fullName(function.type());
  }
}
