package dev.wwts.benchmarks;

import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeSet;

/**
 * What a run is told, by -D at Maven's command line; lists have commas. A typing error must not
 * measure something else: names and values are held against a table of those there are.
 */
public final class Options {
  /** A whole number from 1, as a pattern. */
  public static final String NUMBER = "[1-9][0-9]{0,4}";

  private final Properties given;
  private final Map<String, Option> table;

  /**
   * One that there is.
   *
   * @param otherwise its value if none is given
   * @param allowed the pattern that a value matches, or each part of a list
   */
  public record Option(String otherwise, String allowed) {}

  /**
   * Checks them.
   *
   * @throws IllegalArgumentException if there is no such option, or a value is none of its
   */
  public Options(Properties given, Map<String, Option> table) {
    this.given = given;
    this.table = table;
    TreeSet<String> unknown = new TreeSet<>(given.stringPropertyNames());
    unknown.removeAll(table.keySet());
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "There is no option -D%s. There are: %s."
              .formatted(String.join(", -D", unknown), String.join(", ", table.keySet())));
    }
    for (String name : given.stringPropertyNames()) {
      String allowed = option(name).allowed();
      if (!list(name).stream().allMatch(value -> value.matches(allowed))) {
        throw new IllegalArgumentException(
            "-D%s=%s is not allowed: it must be %s."
                .formatted(
                    name, text(name), allowed.replace(NUMBER, "NUMBER").replace("|", " or ")));
      }
    }
  }

  /** As lines of name=value in WWTS_SUITE_OPTIONS, and as arguments of that form. */
  public static Properties given(String[] arguments) throws IOException {
    Properties given = new Properties();
    String lines = Objects.requireNonNullElse(System.getenv("WWTS_SUITE_OPTIONS"), "");
    given.load(new StringReader(lines + "\n" + String.join("\n", arguments)));
    return given;
  }

  private Option option(String name) {
    return Objects.requireNonNull(table.get(name), name);
  }

  /** Whether a value is given. */
  public boolean has(String name) {
    return given.containsKey(name);
  }

  /** Whether it is given, and not as false. */
  public boolean flag(String name) {
    return has(name) && !text(name).equals("false");
  }

  /** A value. */
  public String text(String name) {
    return given.getProperty(name, option(name).otherwise());
  }

  /** A number, which may have a unit of seconds. */
  public double number(String name) {
    return Double.parseDouble(text(name).replaceAll("s$", ""));
  }

  /** A whole number, likewise. */
  public int whole(String name) {
    return (int) number(name);
  }

  /** The parts of a list. */
  public List<String> list(String name) {
    return List.of(text(name).split(",", -1));
  }

  /** What to type to have such a run again. */
  public String command(String word) {
    StringBuilder command = new StringBuilder(word);
    given.stringPropertyNames().stream()
        .sorted()
        .forEach(name -> command.append(" -D").append(name).append('=').append(text(name)));
    return command.toString();
  }
}
