package dev.wwts.internal.model.script;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The statements and expressions of TorchScript, as far as its check tells them apart. */
final class Tree {
  private Tree() {}

  /** Whether it is the variable, type, function or namespace of that name. */
  static boolean isName(@Nullable Expression expression, String id) {
    return expression instanceof Name name && name.id().equals(id);
  }

  /** Whether it is that number, or True, False or None, as it is written. */
  static boolean isLiteral(@Nullable Expression expression, String text) {
    return expression instanceof Literal literal && literal.text().equals(text);
  }

  /**
   * Something with a value. Nothing here is compared as a whole: for a record's own equals the JDK
   * keeps the record's class, and with it our class loader, in a cache of its own.
   */
  sealed interface Expression permits Name, Text, Literal, Attribute, Call, Group, Other {}

  /** A variable, a type, a function or a namespace. */
  record Name(String id) implements Expression {}

  /**
   * A text.
   *
   * @param raw between its quotes, escapes as they are
   */
  record Text(String raw) implements Expression {}

  /** A number as it is written; True, False and None too. */
  record Literal(String text) implements Expression {}

  /** {@code base.name}. */
  record Attribute(Expression base, String name) implements Expression {}

  /**
   * {@code function(arguments)}.
   *
   * @param arguments with those that are named, in their order
   * @param outs those of them that are named out: what the result is written to
   * @param isNamed whether any of them is named
   */
  record Call(
      Expression function, List<Expression> arguments, List<Expression> outs, boolean isNamed)
      implements Expression {}

  /** A list, tuple or dictionary with its parts. */
  record Group(List<Expression> parts) implements Expression {}

  /** Operators, conditions and subscripts: the value depends on the parts. */
  record Other(List<Expression> parts) implements Expression {}

  /** Something to do. */
  sealed interface Statement permits Assign, Evaluate, Branch, While, For, Function, Struct {}

  /**
   * {@code targets : type = value}.
   *
   * @param value absent in a declaration
   */
  record Assign(List<Expression> targets, @Nullable Expression type, @Nullable Expression value)
      implements Statement {}

  /** An expression for its effect, or what {@code return}, {@code raise} or {@code assert} take. */
  record Evaluate(List<Expression> values) implements Statement {}

  /** {@code if}. */
  record Branch(List<Expression> conditions, List<Statement> then, List<Statement> otherwise)
      implements Statement {}

  /** {@code while}. */
  record While(Expression condition, List<Statement> body) implements Statement {}

  /** {@code for}. */
  record For(List<Expression> targets, Expression values, List<Statement> body)
      implements Statement {}

  /**
   * A function or a method.
   *
   * @param parameters with their types and defaults where they have some
   */
  record Function(
      String name, List<Assign> parameters, @Nullable Expression type, List<Statement> body)
      implements Statement {}

  /**
   * A class.
   *
   * @param base Module, NamedTuple, Enum, Interface, ModuleInterface, or nothing
   */
  record Struct(String name, String base, List<Statement> body) implements Statement {}
}
