package dev.wwts.internal.model.script;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.internal.model.script.Tree.Assign;
import dev.wwts.internal.model.script.Tree.Function;
import dev.wwts.internal.model.script.Tree.Statement;
import dev.wwts.internal.model.script.Tree.Struct;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Decides whether LibTorch may see an archive's code. Its parser, compiler and {@code __setstate__}
 * run while it loads, on a file that was made to crash them too; so the text is read here first, as
 * narrowly as torch.jit.save writes it:
 *
 * <ul>
 *   <li>always: its syntax, and how deep and long it is, which is what the loading thread's stack
 *       carries;
 *   <li>unless the file is trusted: that every name in it is an operator without effects outside
 *       the network ({@link Operators}) or its own ({@link NameCheck}), and that functions neither
 *       grow beyond measure nor change the module, and that what restores a module does little else
 *       ({@link Work}). Loops of forward are counted when it runs.
 * </ul>
 */
public final class ScriptCheck {
  private static final int MOST_DECLARATIONS = 20_000;
  private static final String PYTHON = ".py";

  private final String file;
  private final Declarations declarations = new Declarations();
  private final List<Statement> statements = new ArrayList<>();

  private ScriptCheck(String file) {
    this.file = file;
  }

  /**
   * Checks all code of an archive.
   *
   * @param file its name, for messages
   * @param code the entries of its code folder by their path in it, those that don't end in .py
   *     ignored
   * @return what its classes hold
   * @throws ModelException CORRUPT or UNTRUSTED
   */
  public static Types run(String file, Map<String, byte[]> code, boolean trusted) {
    ScriptCheck check = new ScriptCheck(file);
    code.forEach(check::parse);
    if (check.declarations.size() > MOST_DECLARATIONS) {
      throw new ModelException(
          Reason.CORRUPT,
          file + " declares more than " + MOST_DECLARATIONS + " classes and functions.");
    }
    try {
      TypeSizes.check(check.declarations);
    } catch (Malformed e) {
      throw new ModelException(
          Reason.CORRUPT, file + " was made to deceive: " + e.fault() + ".", e);
    }
    if (!trusted) {
      check.requireHarmless();
    }
    return new Types(check.declarations);
  }

  private void parse(String path, byte[] text) {
    if (!path.endsWith(PYTHON)) {
      return;
    }
    try {
      List<Statement> parsed = Parser.parse(new String(text, StandardCharsets.ISO_8859_1));
      for (Statement statement : parsed) {
        if (statement instanceof Struct type) {
          ClassBody.check(type);
        } else {
          ClassBody.checkFunction((Function) statement);
        }
      }
      statements.addAll(parsed);
      declarations.add(
          path.substring(0, path.length() - PYTHON.length()).replace('/', '.'), parsed);
    } catch (Malformed e) {
      throw new ModelException(
          Reason.CORRUPT,
          "%s was damaged or made to deceive: code/%s, line %d: %s."
              .formatted(file, printable(path), e.line(), e.fault()),
          e);
    }
  }

  private void requireHarmless() {
    NameCheck names = new NameCheck(declarations);
    try {
      for (Statement statement : statements) {
        if (statement instanceof Function function) {
          check(names, function);
        } else {
          check(names, (Struct) statement);
        }
      }
      new Work(declarations).check();
    } catch (Untrusted e) {
      throw new ModelException(
          Reason.UNTRUSTED,
          "%s: its code %s: load it with trusted(true) or --trust-model only if you trust whoever made it."
              .formatted(file, printable(e.what())),
          e);
    }
  }

  private static void check(NameCheck names, Struct type) {
    for (Statement member : type.body()) {
      if (member instanceof Function function) {
        check(names, function);
      } else {
        names.check((Assign) member);
      }
    }
  }

  private static void check(NameCheck names, Function function) {
    names.check(function);
    Containers.check(function);
    Folding.check(function);
  }

  private static String printable(String text) {
    String safe = text.replaceAll("[^ -~]", "?");
    return safe.length() > 80 ? safe.substring(0, 80) + "..." : safe;
  }
}
