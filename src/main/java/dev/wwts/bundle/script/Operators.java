package dev.wwts.bundle.script;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Objects;
import java.util.Scanner;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * LibTorch's operators, reviewed: those that a network may use, for they compute new values from
 * given ones, or change a given tensor's numbers; and those that it may not.
 */
public final class Operators {
  /** The comment in front. */
  private static final Pattern HEADER = Pattern.compile("(?m)(^#.*\\R)+");

  private static final Operators REVIEWED = read();

  private final Set<String> allowed = new HashSet<>();
  private final Set<String> refused = new HashSet<>();

  private Operators() {}

  /** The list in operators.txt. */
  public static Operators reviewed() {
    return REVIEWED;
  }

  /** Whether a network may use {@code namespace::name}. */
  public boolean allows(String name) {
    return allowed.contains(name);
  }

  /** Whether this {@code namespace::name} was looked at and left out. */
  public boolean refuses(String name) {
    return refused.contains(name);
  }

  private static Operators read() {
    Operators operators = new Operators();
    try (InputStream in = Operators.class.getResourceAsStream("operators.txt");
        Scanner words =
            new Scanner(Objects.requireNonNull(in, "operators.txt"), StandardCharsets.UTF_8)) {
      words.findWithinHorizon(HEADER, 0);
      Set<String> section = operators.refused;
      String namespace = "";
      while (words.hasNext()) {
        String word = words.next();
        switch (word) {
          case "[allowed", "[refused" -> {
            section = word.equals("[allowed") ? operators.allowed : operators.refused;
            namespace = words.next().replace("]", "::");
          }
          default -> section.add(namespace + word);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return operators;
  }
}
