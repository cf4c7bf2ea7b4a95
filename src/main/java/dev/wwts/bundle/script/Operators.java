package dev.wwts.bundle.script;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.StringTokenizer;

/**
 * LibTorch's operators, reviewed: those that a network may use, for they compute new values from
 * given ones, or change a given tensor's numbers; and those that it may not.
 */
public final class Operators {
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
    String text;
    try (InputStream in = Operators.class.getResourceAsStream("operators.txt")) {
      text =
          new String(
              Objects.requireNonNull(in, "operators.txt").readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Set<String> section = operators.refused;
    String namespace = "";
    for (String line : text.lines().filter(each -> !each.startsWith("#")).toList()) {
      StringTokenizer words = new StringTokenizer(line);
      while (words.hasMoreTokens()) {
        String word = words.nextToken();
        switch (word) {
          case "[allowed", "[refused" -> {
            section = word.equals("[allowed") ? operators.allowed : operators.refused;
            namespace = words.nextToken().replace("]", "::");
          }
          default -> section.add(namespace + word);
        }
      }
    }
    return operators;
  }
}
