package dev.wwts.internal.model.script;

import dev.wwts.internal.model.script.Tree.Assign;
import dev.wwts.internal.model.script.Tree.Attribute;
import dev.wwts.internal.model.script.Tree.Call;
import dev.wwts.internal.model.script.Tree.Expression;
import dev.wwts.internal.model.script.Tree.Function;
import dev.wwts.internal.model.script.Tree.Group;
import dev.wwts.internal.model.script.Tree.Literal;
import dev.wwts.internal.model.script.Tree.Name;
import dev.wwts.internal.model.script.Tree.Other;
import dev.wwts.internal.model.script.Tree.Text;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What LibTorch's compiler computes, from constant numbers and texts, before anything can end it:
 * texts that double in each statement, and the least whole number by -1, which ends the process.
 * torch.jit.save writes what these come to, not them.
 */
final class Folding extends Walk {
  /** Characters; networks' longest texts are messages of some hundred. */
  private static final long LONGEST = 1 << 16;

  private static final long NOT_CONSTANT = -1;

  private static final Set<String> DIVISIONS =
      Set.of("divmod", "floordiv", "remainder", "__round_to_zero_floordiv");

  /** Whose results are longer than their operands together. */
  private static final Set<String> MULTIPLYING =
      Set.of("format", "join", "mul", "percentFormat", "replace");

  /** How long the constants are that a variable may hold; numbers are 0. */
  private final Map<String, Long> variables = new HashMap<>();

  private Folding() {}

  /**
   * Checks a function.
   *
   * @throws Untrusted if compiling it takes too much, or may end the process
   */
  static void check(Function function) {
    new Folding().statements(function.body());
  }

  @Override
  void assign(Assign assign) {
    if (assign.value() == null) {
      return;
    }
    long length = length(assign.value());
    for (Expression target : assign.targets()) {
      if (length != NOT_CONSTANT && target instanceof Name name) {
        variables.merge(name.id(), length, Math::max);
      }
    }
  }

  @Override
  void evaluate(List<Expression> values) {
    values.forEach(this::length);
  }

  @Override
  void branch(List<Expression> conditions) {
    conditions.forEach(this::length);
  }

  @Override
  void loop(Expression over, List<Expression> targets) {
    length(over);
  }

  /** Of a constant. */
  private long length(Expression expression) {
    if (expression instanceof Text text) {
      return text.raw().length();
    }
    if (expression instanceof Literal) {
      return 0;
    }
    if (expression instanceof Name name) {
      return variables.getOrDefault(name.id(), NOT_CONSTANT);
    }
    if (expression instanceof Call call) {
      return called(call);
    }
    if (expression instanceof Attribute attribute) {
      length(attribute.base());
      return NOT_CONSTANT;
    }
    return together(
        expression instanceof Group group
            ? group.parts()
            : expression instanceof Other other ? other.parts() : List.of());
  }

  /** Of tuples and the like; not a constant where one part is none. */
  private long together(List<Expression> parts) {
    long sum = 0;
    boolean isConstant = true;
    for (Expression part : parts) {
      long length = length(part);
      isConstant &= length != NOT_CONSTANT;
      sum += Math.max(0, length);
    }
    return isConstant ? limited(sum) : NOT_CONSTANT;
  }

  private long called(Call call) {
    long together = together(call.arguments());
    String operator = Calls.operator(call.function());
    String name = operator.substring(operator.lastIndexOf('.') + 1);
    if (together == NOT_CONSTANT || call.arguments().isEmpty()) {
      return NOT_CONSTANT;
    }
    if (DIVISIONS.contains(name)) {
      throw new Untrusted("divides constants");
    }
    return MULTIPLYING.contains(name) ? limited((together + 1) * (together + 1)) : together;
  }

  private static long limited(long length) {
    if (length > LONGEST) {
      throw new Untrusted("makes constant texts of more than " + LONGEST + " characters");
    }
    return length;
  }
}
