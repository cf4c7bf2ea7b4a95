package dev.wwts.internal.model.script;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.StringTokenizer;

/**
 * LibTorch's operators, reviewed: those that a network may use, for they compute new values from
 * given ones, or change a given tensor's numbers; and those that it may not.
 */
public final class Operators {
  private static final Operators REVIEWED = read();

  /** By section; allowed and refused operators with their namespaces. */
  private final Map<String, Set<String>> sections = new HashMap<>();

  private Operators() {}

  /** The list in operators.txt. */
  public static Operators reviewed() {
    return REVIEWED;
  }

  /** Whether a network may use {@code namespace::name}. */
  public boolean allows(String name) {
    return is("allowed", name);
  }

  /** Whether this {@code namespace::name} was looked at and left out. */
  public boolean refuses(String name) {
    return is("refused", name);
  }

  /** Whether this section of the list holds it. */
  boolean is(String section, String name) {
    return sections.getOrDefault(section, Set.of()).contains(name);
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
    Set<String> section = new HashSet<>();
    String namespace = "";
    for (String line : text.lines().filter(each -> !each.startsWith("#")).toList()) {
      StringTokenizer words = new StringTokenizer(line, " []");
      if (line.startsWith("[")) {
        section = operators.sections.computeIfAbsent(words.nextToken(), key -> new HashSet<>());
        namespace = words.hasMoreTokens() ? words.nextToken() + "::" : "";
      } else {
        while (words.hasMoreTokens()) {
          section.add(namespace + words.nextToken());
        }
      }
    }
    return operators;
  }
}
