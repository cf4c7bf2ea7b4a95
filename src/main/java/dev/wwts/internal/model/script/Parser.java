package dev.wwts.internal.model.script;

import dev.wwts.internal.model.script.Tokens.Kind;
import dev.wwts.internal.model.script.Tree.Assign;
import dev.wwts.internal.model.script.Tree.Branch;
import dev.wwts.internal.model.script.Tree.Evaluate;
import dev.wwts.internal.model.script.Tree.Expression;
import dev.wwts.internal.model.script.Tree.For;
import dev.wwts.internal.model.script.Tree.Function;
import dev.wwts.internal.model.script.Tree.Name;
import dev.wwts.internal.model.script.Tree.Statement;
import dev.wwts.internal.model.script.Tree.Struct;
import dev.wwts.internal.model.script.Tree.While;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Parses a file of an archive's {@code code/} folder: classes and functions, blocks not too deep.
 */
final class Parser {
  /** A chain of {@code elif} is saved as blocks in blocks. */
  static final int DEEPEST = 100;

  private static final Set<String> AUGMENTED =
      Set.of("+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=");

  private final Tokens tokens;
  private final Expressions expressions;
  private int depth;

  private Parser(String source) {
    tokens = new Tokens(source);
    expressions = new Expressions(tokens);
  }

  /**
   * The classes and functions of a file.
   *
   * @throws Malformed if it is not as torch.jit.save writes it, or nested too deep
   */
  static List<Statement> parse(String source) {
    return new Parser(source).file();
  }

  private List<Statement> file() {
    List<Statement> found = new ArrayList<>();
    oldHeader();
    while (tokens.kind() != Kind.END) {
      found.add(tokens.is("class") ? type() : function());
    }
    return found;
  }

  /** Of LibTorch 1.2 and older: {@code op_version_set = 1} and imports. */
  private void oldHeader() {
    if (tokens.kind() == Kind.NAME && tokens.text().equals("op_version_set")) {
      tokens.take(Kind.NAME);
      tokens.require("=");
      tokens.take(Kind.NUMBER);
      tokens.take(Kind.NEWLINE);
    }
    while (tokens.take("import")) {
      expressions.expression();
      tokens.take(Kind.NEWLINE);
    }
  }

  private Struct type() {
    tokens.require("class");
    String name = tokens.take(Kind.NAME);
    String base = "";
    if (tokens.take("(")) {
      base = tokens.is(")") ? "" : tokens.take(Kind.NAME);
      tokens.require(")");
    }
    return new Struct(name, base, block());
  }

  private Function function() {
    tokens.require("def");
    String name = tokens.take(Kind.NAME);
    tokens.require("(");
    List<Assign> parameters = new ArrayList<>();
    while (!tokens.take(")")) {
      if (!tokens.take("*")) {
        parameters.add(parameter());
      }
      if (!tokens.is(")")) {
        tokens.require(",");
      }
    }
    Expression type = tokens.take("->") ? expressions.expression() : null;
    return new Function(name, parameters, type, block());
  }

  private Assign parameter() {
    Expression name = new Name(tokens.take(Kind.NAME));
    Expression type = tokens.take(":") ? expressions.expression() : null;
    Expression value = tokens.take("=") ? expressions.expression() : null;
    return new Assign(List.of(name), type, value);
  }

  private List<Statement> block() {
    if (++depth > DEEPEST) {
      throw new Malformed(
          tokens.line(), "its blocks are nested more than " + DEEPEST + " levels deep");
    }
    tokens.require(":");
    tokens.take(Kind.NEWLINE);
    tokens.take(Kind.INDENT);
    List<Statement> found = new ArrayList<>();
    while (tokens.kind() != Kind.DEDENT) {
      if (tokens.take("with")) {
        found.addAll(with());
        continue;
      }
      Statement statement = statement();
      if (statement != null) {
        found.add(statement);
      }
    }
    tokens.take(Kind.DEDENT);
    depth--;
    return found;
  }

  private @Nullable Statement statement() {
    if (tokens.is("def")) {
      return function();
    }
    if (tokens.take("if")) {
      return branch();
    }
    if (tokens.take("while")) {
      return new While(expressions.expression(), block());
    }
    if (tokens.take("for")) {
      // "in" is an operator elsewhere
      List<Expression> targets = targets();
      tokens.require("in");
      return new For(targets, expressions.expression(), block());
    }
    Statement simple = simple();
    tokens.take(Kind.NEWLINE);
    return simple;
  }

  /** {@code with a as b} is what it does: it calls two methods, around its block. */
  private List<Statement> with() {
    List<Statement> found = new ArrayList<>();
    List<Statement> ends = new ArrayList<>();
    do {
      Expression context = expressions.expression();
      Expression entered = method(context, "__enter__");
      found.add(
          tokens.take("as")
              ? new Assign(List.of(new Name(tokens.take(Kind.NAME))), null, entered)
              : new Evaluate(List.of(entered)));
      ends.add(new Evaluate(List.of(method(context, "__exit__"))));
    } while (tokens.take(","));
    found.addAll(block());
    found.addAll(ends);
    return found;
  }

  private static Expression method(Expression value, String name) {
    return new Tree.Call(new Tree.Attribute(value, name), List.of(), List.of(), false);
  }

  private List<Expression> targets() {
    List<Expression> targets = new ArrayList<>();
    do {
      if (!tokens.is("in")) {
        targets.add(new Name(tokens.take(Kind.NAME)));
      }
    } while (tokens.take(","));
    return targets;
  }

  private Branch branch() {
    Expression condition = expressions.expression();
    List<Statement> then = block();
    List<Statement> otherwise = List.of();
    if (tokens.take("elif")) {
      if (++depth > DEEPEST) {
        throw new Malformed(
            tokens.line(), "its blocks are nested more than " + DEEPEST + " levels deep");
      }
      otherwise = List.of(branch());
      depth--;
    } else if (tokens.take("else")) {
      otherwise = block();
    }
    return new Branch(List.of(condition), then, otherwise);
  }

  private @Nullable Statement simple() {
    if (tokens.take("pass") || tokens.take("break") || tokens.take("continue")) {
      return null;
    }
    if (tokens.take("return") || tokens.take("raise") || tokens.take("assert")) {
      return new Evaluate(tokens.kind() == Kind.NEWLINE ? List.of() : expressions.list());
    }
    List<Expression> first = expressions.list();
    Expression type = tokens.take(":") ? expressions.expression() : null;
    if (tokens.kind() == Kind.SIGN && AUGMENTED.contains(tokens.text())) {
      tokens.take(Kind.SIGN);
      return new Assign(first, type, new Tree.Other(expressions.list()));
    }
    if (!tokens.take("=")) {
      return type == null ? new Evaluate(first) : new Assign(first, type, null);
    }
    List<Expression> value = expressions.list();
    while (tokens.take("=")) {
      first.addAll(value);
      value = expressions.list();
    }
    return new Assign(first, type, value.size() == 1 ? value.get(0) : new Tree.Group(value));
  }
}
