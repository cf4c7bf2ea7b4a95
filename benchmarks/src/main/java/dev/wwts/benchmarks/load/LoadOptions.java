package dev.wwts.benchmarks.load;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeSet;

/**
 * What a run may be told, by -D at Maven's command line; lists have commas.
 *
 * @param peers wwts and its rivals
 * @param settings lanes x threads, as 2x1
 * @param loads percent of the sustainable rate
 * @param rate calls a second that are 100 %; 0 for what wwts sustains in this run
 * @param rounds how often rivals take turns; 0 for the soak alone
 * @param seconds of each turn of the open loop; half as long for the closed one
 * @param minutes of the soak; 0 for none
 */
record LoadOptions(
    List<String> models,
    List<String> peers,
    List<String> settings,
    List<Integer> loads,
    double rate,
    int rounds,
    int seconds,
    double minutes,
    String picture,
    String out) {
  private static final String MODEL = "(small|base|large|[^,]+\\.pt)";
  private static final String PEER = "(wwts|onnxruntime|djl)";
  private static final String SETTING = "[1-9]\\d{0,2}x[1-9]\\d{0,2}";
  private static final String NUMBER = "[1-9]\\d{0,2}";

  /** Of each the value if none is given, and the pattern that values match. */
  private static final Map<String, List<String>> OPTIONS =
      Map.of(
          "wwts.models", List.of("small,base", list(MODEL)),
          "wwts.peers", List.of("wwts,onnxruntime,djl", list(PEER)),
          "wwts.settings", List.of("2x1,1x2", list(SETTING)),
          "wwts.loads", List.of("50,80,95,200", list(NUMBER)),
          "wwts.rate", List.of("0", "\\d{1,6}(\\.\\d+)?"),
          "wwts.rounds", List.of("2", "\\d{1,3}"),
          "wwts.seconds", List.of("20", NUMBER),
          "wwts.picture", List.of("1080p", "1080p|12mp|[1-9]\\d{0,4}x[1-9]\\d{0,4}"),
          "wwts.out", List.of("benchmarks/out", ".+"),
          "minutes", List.of("10", "\\d{1,4}(\\.\\d+)?"));

  private static String list(String each) {
    return each + "(," + each + ")*";
  }

  /**
   * Reads them.
   *
   * @throws IllegalArgumentException if there is no such option, or a value is none of its
   */
  static LoadOptions of(Properties given) {
    for (String name : given.stringPropertyNames()) {
      if (!OPTIONS.containsKey(name)) {
        throw new IllegalArgumentException(
            "There is no option -D%s. There are: %s."
                .formatted(name, String.join(", ", new TreeSet<>(OPTIONS.keySet()))));
      }
    }
    return new LoadOptions(
        split(given, "wwts.models"),
        split(given, "wwts.peers"),
        split(given, "wwts.settings"),
        split(given, "wwts.loads").stream().map(Integer::valueOf).toList(),
        Double.parseDouble(value(given, "wwts.rate")),
        Integer.parseInt(value(given, "wwts.rounds")),
        Integer.parseInt(value(given, "wwts.seconds")),
        Double.parseDouble(value(given, "minutes")),
        value(given, "wwts.picture"),
        value(given, "wwts.out"));
  }

  private static String value(Properties given, String name) {
    List<String> option = Objects.requireNonNull(OPTIONS.get(name));
    String value = given.getProperty(name, option.get(0));
    if (!value.matches(option.get(1))) {
      throw new IllegalArgumentException(
          "-D%s=%s is not allowed: it must match %s.".formatted(name, value, option.get(1)));
    }
    return value;
  }

  private static List<String> split(Properties given, String name) {
    return List.of(value(given, name).split(",", -1));
  }
}
