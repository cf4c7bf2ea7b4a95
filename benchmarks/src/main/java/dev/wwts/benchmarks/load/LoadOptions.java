package dev.wwts.benchmarks.load;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;

/** What a run may be told, by -D at Maven's command line; lists have commas. */
final class LoadOptions {
  /** Of each the value if none is given, and the pattern that values, or a list's parts, match. */
  private static final Map<String, List<String>> OPTIONS =
      new TreeMap<>(
          Map.of(
              "wwts.models", List.of("small,base", "small|base|large|.+\\.pt"),
              "wwts.peers", List.of("wwts,onnxruntime,djl", "wwts|wwts-batching|onnxruntime|djl"),
              "wwts.settings", List.of("2x1,1x2", "[1-9]\\d{0,2}x[1-9]\\d{0,2}"),
              "wwts.loads", List.of("50,80,95,200", "[1-9]\\d{0,2}"),
              "wwts.rate", List.of("0", "\\d{1,6}(\\.\\d+)?"),
              "wwts.rounds", List.of("2", "\\d{1,3}"),
              "wwts.seconds", List.of("20", "[1-9]\\d{0,3}"),
              "wwts.picture", List.of("1080p", "1080p|12mp|[1-9]\\d{0,4}x[1-9]\\d{0,4}"),
              "wwts.out", List.of("benchmarks/out", ".+"),
              "minutes", List.of("10", "\\d{1,4}(\\.\\d+)?")));

  private final Properties given;

  /**
   * Checks them.
   *
   * @throws IllegalArgumentException if there is no such option, or a value is none of its
   */
  LoadOptions(Properties given) {
    this.given = given;
    for (String name : given.stringPropertyNames()) {
      if (!OPTIONS.containsKey(name)) {
        throw new IllegalArgumentException(
            "There is no option -D%s. There are: %s."
                .formatted(name, String.join(", ", OPTIONS.keySet())));
      }
      String allowed = Objects.requireNonNull(OPTIONS.get(name)).get(1);
      for (String value : list(name)) {
        if (!value.matches(allowed)) {
          throw new IllegalArgumentException(
              "-D%s=%s is not allowed: it must match %s.".formatted(name, value, allowed));
        }
      }
    }
  }

  String text(String name) {
    return given.getProperty(name, Objects.requireNonNull(OPTIONS.get(name)).get(0));
  }

  double number(String name) {
    return Double.parseDouble(text(name));
  }

  List<String> list(String name) {
    return List.of(text(name).split(",", -1));
  }
}
