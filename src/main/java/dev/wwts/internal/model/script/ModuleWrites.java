package dev.wwts.internal.model.script;

import dev.wwts.internal.model.script.Declarations.Members;
import dev.wwts.internal.model.script.Tree.Assign;
import dev.wwts.internal.model.script.Tree.Attribute;
import dev.wwts.internal.model.script.Tree.Branch;
import dev.wwts.internal.model.script.Tree.Call;
import dev.wwts.internal.model.script.Tree.Expression;
import dev.wwts.internal.model.script.Tree.Function;
import dev.wwts.internal.model.script.Tree.Group;
import dev.wwts.internal.model.script.Tree.Name;
import dev.wwts.internal.model.script.Tree.Other;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which of a function's values may be the module's own: its weights, lists and constants, or views
 * of them. An operator that writes into one of these would make the next call, or the lane beside
 * it, answer otherwise.
 *
 * <p>A value is a set of bits: in the low half where it may come from, the module or a parameter;
 * in the high half, {@link #HELD} further up, where what it holds may, for a copied list is new,
 * its tensors are not. What a function writes to and returns is its summary, which its callers use.
 * Branches on {@code self.training} are left out: a loaded module does not train.
 */
final class ModuleWrites extends Walk {
  /**
   * What a function does with its parameters, bit by bit.
   *
   * @param writes low: into which lists it writes; high: into which tensors, held or not
   * @param returns which it may return, or hold in what it returns
   */
  record Summary(long writes, long returns) {}

  private static final Operators OPERATORS = Operators.reviewed();

  private static final int HELD = 31;
  private static final long LOW = (1L << HELD) - 1;
  private static final int MOST_PARAMETERS = HELD - 1;
  private static final long MODULE = 1L << MOST_PARAMETERS;

  private final Work work;
  private final Declarations declarations;
  private final Function function;
  private final Map<String, Long> origins = new HashMap<>();
  private final Set<String> training = new HashSet<>();

  /** The parameter that is the module; empty where there is none. */
  private final String self;

  private long writes;
  private long returns;

  private ModuleWrites(Work work, Declarations declarations, Function function) {
    this.work = work;
    this.declarations = declarations;
    this.function = function;
    this.self =
        !function.parameters().isEmpty()
                && isModule(function.parameters().get(0))
                && function.parameters().get(0).targets().get(0) instanceof Name name
            ? name.id()
            : "";
  }

  private boolean isModule(Assign parameter) {
    Members members = declarations.type(Declarations.fullName(parameter.type()));
    return members != null && members.base().equals("Module");
  }

  /**
   * Reads a function, whose callees {@code work} knows.
   *
   * @throws Untrusted if it writes into the module
   */
  static Summary of(Function function, Work work, Declarations declarations) {
    ModuleWrites reading = new ModuleWrites(work, declarations, function);
    for (int i = 0; i < function.parameters().size(); i++) {
      String name = ((Name) function.parameters().get(i).targets().get(0)).id();
      reading.origins.put(name, i < MOST_PARAMETERS ? 1L << i : MODULE);
    }
    // what a loop's end assigns is there at its beginning
    reading.statements(function.body());
    reading.statements(function.body());
    return new Summary(reading.writes, reading.returns);
  }

  @Override
  void assign(Assign assign) {
    if (assign.value() != null) {
      assign(assign.targets(), assign.value());
    }
  }

  @Override
  void evaluate(List<Expression> values) {
    returns |= all(values);
  }

  @Override
  void branch(List<Expression> conditions) {
    all(conditions);
  }

  @Override
  boolean mayRun(Branch branch) {
    return !(branch.conditions().get(0) instanceof Name name) || !training.contains(name.id());
  }

  private void assign(List<Expression> targets, Expression value) {
    boolean each =
        targets.size() > 1
            && value instanceof Group group
            && group.parts().size() == targets.size();
    long whole = each ? 0 : isSortOfTensor(targets, value) ? sorted((Call) value) : origin(value);
    for (int i = 0; i < targets.size(); i++) {
      if (targets.get(i) instanceof Name name) {
        long origin = each ? origin(((Group) value).parts().get(i)) : whole;
        origins.merge(name.id(), origin, (a, b) -> a | b);
        if (isTraining(value) && targets.size() == 1) {
          training.add(name.id());
        } else {
          training.remove(name.id());
        }
      }
    }
  }

  /** A list is sorted where it is, and gives nothing; a tensor gives two new ones. */
  private static boolean isSortOfTensor(List<Expression> targets, Expression value) {
    return targets.size() == 2
        && value instanceof Call call
        && call.outs().isEmpty()
        && Calls.operator(call.function()).equals("torch.sort");
  }

  private long sorted(Call call) {
    all(call.arguments());
    return 0;
  }

  private boolean isTraining(Expression value) {
    return value instanceof Attribute attribute
        && attribute.name().equals("training")
        && Tree.isName(attribute.base(), self);
  }

  private long all(List<Expression> expressions) {
    long origin = 0;
    for (Expression expression : expressions) {
      origin |= origin(expression);
    }
    return origin;
  }

  private long origin(Expression expression) {
    if (expression instanceof Name name) {
      return origins.getOrDefault(name.id(), 0L);
    }
    if (expression instanceof Attribute attribute) {
      if (attribute.base() instanceof Name root && root.id().equals("CONSTANTS")) {
        return MODULE;
      }
      return Declarations.fullName(attribute).isEmpty() && Calls.operator(attribute).isEmpty()
          ? MODULE
          : 0;
    }
    if (expression instanceof Call call) {
      return called(call);
    }
    if (expression instanceof Group group) {
      return held(all(group.parts()));
    }
    return expression instanceof Other other ? taken(all(other.parts())) : 0;
  }

  /** Of a new list of these. */
  private static long held(long origin) {
    return (origin & ~LOW) | (origin & LOW) << HELD;
  }

  /** Of an element, which a view of a tensor is too. */
  private static long taken(long origin) {
    return origin | origin >> HELD;
  }

  private long called(Call call) {
    long[] arguments = call.arguments().stream().mapToLong(this::origin).toArray();
    if (call.function() instanceof Attribute attribute) {
      String operator = Calls.operator(attribute);
      if (!operator.isEmpty()) {
        return operator(operator, call, arguments);
      }
    }
    if (call.function() instanceof Name word && !origins.containsKey(word.id())) {
      return switch (word.id()) {
        case "getattr" -> MODULE;
        case "annotate", "unchecked_cast" -> arguments.length > 1 ? arguments[1] : 0;
        case "sorted" -> held(all(call.arguments()));
        default -> 0;
      };
    }
    int first =
        call.function() instanceof Attribute method && Declarations.fullName(method).isEmpty()
            ? 1
            : 0;
    long result = 0;
    for (Function callee : work.callees(function, call)) {
      Summary summary = work.summary(callee);
      for (int i = 0; i < arguments.length; i++) {
        long bit = 1L << Math.min(i + first, MOST_PARAMETERS);
        if ((summary.writes() & bit) != 0) {
          write(arguments[i], callee.name());
        }
        if ((summary.writes() & held(bit)) != 0) {
          writeNumbers(arguments[i], callee.name());
        }
        if ((summary.returns() & bit) != 0) {
          result |= arguments[i];
        }
        if ((summary.returns() & held(bit)) != 0) {
          result |= held(arguments[i]);
        }
      }
      result |= summary.returns() & (MODULE | held(MODULE));
    }
    return result;
  }

  private long operator(String operator, Call call, long[] arguments) {
    String name = operator.substring(operator.lastIndexOf('.') + 1);
    long out = all(call.outs());
    if (!call.outs().isEmpty()) {
      writeNumbers(out, operator);
    }
    if (arguments.length == 0) {
      return out;
    }
    boolean inPlace = name.endsWith("_") && !name.endsWith("__");
    if (inPlace) {
      writeNumbers(arguments[0], operator);
    } else if (OPERATORS.is("list-writes", name)) {
      write(arguments[0], operator);
    }
    if (OPERATORS.is("list-copies", name)) {
      return out | held(arguments[0]);
    }
    if (name.equals("einsum")) {
      return out | taken(all(call.arguments()));
    }
    boolean handsOn = inPlace || OPERATORS.is("views", name) || operator.startsWith("ops.prim.");
    return out | (handsOn ? taken(arguments[0]) : 0);
  }

  private void write(long origin, String what) {
    if ((origin & MODULE) != 0) {
      throw new Untrusted("writes into the module's own values with " + what);
    }
    writes |= origin & LOW;
  }

  /** Into a tensor, or the tensors of a list. */
  private void writeNumbers(long origin, String what) {
    long all = taken(origin) & LOW;
    if ((all & MODULE) != 0) {
      throw new Untrusted("writes into the module's own values with " + what);
    }
    writes |= held(all);
  }
}
