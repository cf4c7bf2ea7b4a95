package dev.wwts.internal.model.script;

import dev.wwts.internal.model.script.Tokens.Kind;
import dev.wwts.internal.model.script.Tree.Attribute;
import dev.wwts.internal.model.script.Tree.Call;
import dev.wwts.internal.model.script.Tree.Expression;
import dev.wwts.internal.model.script.Tree.Group;
import dev.wwts.internal.model.script.Tree.Literal;
import dev.wwts.internal.model.script.Tree.Name;
import dev.wwts.internal.model.script.Tree.Other;
import dev.wwts.internal.model.script.Tree.Text;
import java.util.ArrayList;
import java.util.List;

/**
 * Parses expressions of bounded height. LibTorch's parser and compiler recurse over their trees, in
 * which {@code a.b.c} and {@code a + b + c} are as high as they are long.
 */
final class Expressions {
  /** torch.jit.save splits what is longer than a line: trees of public models are below 20. */
  static final int HIGHEST = 200;

  /** Lists, tuples and types in each other, for which LibTorch's time doubles with each level. */
  private static final int MOST_BRACKETS = 8;

  private final Tokens tokens;
  private int nesting;

  /** Of the expression that was parsed last. */
  private int height;

  private int brackets;

  /** Of the call whose arguments are being parsed. */
  private List<Expression> outs = new ArrayList<>();

  /** Whether its arguments may stand elsewhere than their parameters. */
  private boolean isNamed;

  Expressions(Tokens tokens) {
    this.tokens = tokens;
  }

  /**
   * One expression. torch.jit.save writes calls for all operators: what stands between operands
   * would call methods that nobody names.
   */
  Expression expression() {
    if (++nesting > HIGHEST) {
      throw tooHigh();
    }
    Expression first = operand();
    if (!isOperator()) {
      nesting--;
      return first;
    }
    List<Expression> parts = new ArrayList<>(List.of(first));
    int highest = height;
    while (isOperator()) {
      tokens.take(tokens.kind());
      parts.add(operand());
      highest = Math.max(highest, height);
      raise(highest + parts.size());
    }
    nesting--;
    return new Other(parts);
  }

  /** {@code a, b,} up to the end of the statement or a closing sign. */
  List<Expression> list() {
    List<Expression> parts = new ArrayList<>(List.of(expression()));
    int highest = height;
    while (tokens.take(",")) {
      if (!startsExpression()) {
        break;
      }
      parts.add(expression());
      highest = Math.max(highest, height);
    }
    raise(highest + 1);
    return parts;
  }

  private boolean startsExpression() {
    return switch (tokens.kind()) {
      case NAME, NUMBER, TEXT -> true;
      case SIGN -> tokens.is("(") || tokens.is("[") || tokens.is("{") || tokens.is("-");
      default -> false;
    };
  }

  /** {@code a if c else b} is read as three operands between two operators. */
  private boolean isOperator() {
    return tokens.kind() == Kind.KEYWORD && (tokens.is("if") || tokens.is("else"));
  }

  private Expression operand() {
    if (!tokens.take("-")) {
      return chain(atom());
    }
    Expression number = atom();
    if (!(number instanceof Literal || Tree.isName(number, "inf"))) {
      throw new Malformed(tokens.line());
    }
    return new Other(List.of(number));
  }

  private Expression atom() {
    Expression atom;
    raise(1);
    if (tokens.kind() == Kind.NAME) {
      String word = tokens.take(Kind.NAME);
      atom =
          switch (word) {
            case "True", "False", "None" -> new Literal(word);
            default -> new Name(word);
          };
    } else if (tokens.kind() == Kind.NUMBER) {
      atom = new Literal(tokens.take(Kind.NUMBER));
    } else if (tokens.kind() == Kind.TEXT) {
      atom = new Text(tokens.take(Kind.TEXT));
    } else if (tokens.take("(")) {
      atom = parenthesised();
    } else if (tokens.take("[")) {
      atom = new Group(parts("]"));
    } else {
      tokens.require("{");
      atom = new Group(parts("}"));
    }
    return atom;
  }

  /** {@code (a)} is a itself, {@code (a,)} and {@code ()} are tuples. */
  private Expression parenthesised() {
    if (tokens.take(")")) {
      return new Group(List.of());
    }
    Expression first = expression();
    raise(height + 1);
    if (tokens.take(")")) {
      return first;
    }
    tokens.require(",");
    List<Expression> parts = new ArrayList<>(List.of(first));
    int highest = height;
    List<Expression> rest = parts(")");
    parts.addAll(rest);
    raise(Math.max(highest, height));
    return new Group(parts);
  }

  /** Parts up to a closing sign: list items, {@code key: value}, {@code name=value}, slices. */
  private List<Expression> parts(String closing) {
    boolean isGroup = closing.equals("]") || closing.equals("}");
    if (isGroup && ++brackets > MOST_BRACKETS) {
      throw new Malformed(
          tokens.line(), "brackets are nested more than " + MOST_BRACKETS + " levels deep");
    }
    List<Expression> parts = new ArrayList<>();
    int highest = 0;
    while (!tokens.take(closing)) {
      boolean open = tokens.take(":");
      if (!open) {
        Expression part = expression();
        highest = Math.max(highest, height);
        if (tokens.take("=")) {
          // the name of an argument is no value
          if (!(part instanceof Name name)) {
            throw new Malformed(tokens.line());
          }
          part = expression();
          isNamed = true;
          if (name.id().equals("out")) {
            outs.add(part);
          }
          highest = Math.max(highest, height);
        }
        parts.add(part);
        open = tokens.take(":");
      }
      if (!open && !tokens.is(closing)) {
        tokens.require(",");
      }
    }
    if (isGroup) {
      brackets--;
    }
    raise(highest + 1);
    return parts;
  }

  private Expression chain(Expression base) {
    Expression value = base;
    while (true) {
      int under = height;
      if (tokens.take(".")) {
        value = new Attribute(value, tokens.take(Kind.NAME));
        raise(under + 1);
      } else if (tokens.take("(")) {
        value = call(value);
        raise(Math.max(under, height) + 1);
      } else if (tokens.take("[")) {
        List<Expression> parts = new ArrayList<>(List.of(value));
        parts.addAll(parts("]"));
        value = new Other(parts);
        raise(Math.max(under, height) + 1);
      } else {
        return value;
      }
    }
  }

  private Call call(Expression function) {
    List<Expression> outer = outs;
    boolean isOuterNamed = isNamed;
    outs = new ArrayList<>();
    isNamed = false;
    List<Expression> arguments = parts(")");
    Call call = new Call(function, arguments, outs, isNamed);
    outs = outer;
    isNamed = isOuterNamed;
    return call;
  }

  private void raise(int newHeight) {
    if (newHeight > HIGHEST) {
      throw tooHigh();
    }
    height = newHeight;
  }

  private Malformed tooHigh() {
    return new Malformed(
        tokens.line(), "an expression is nested more than " + HIGHEST + " levels deep");
  }
}
