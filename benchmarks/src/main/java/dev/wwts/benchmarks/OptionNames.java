package dev.wwts.benchmarks;

import java.util.List;
import java.util.Properties;
import java.util.TreeSet;

/** The options there are and the values they take: a typing error must not measure something else. */
final class OptionNames {
  private static final List<String> NAMES =
      List.of(
          "quick",
          "wwts.full",
          "wwts.models",
          "wwts.device",
          "wwts.precisions",
          "wwts.threads",
          "wwts.callers",
          "wwts.batches",
          "wwts.pictures",
          "wwts.peers",
          "wwts.rounds",
          "wwts.turns",
          "wwts.budget",
          "wwts.out",
          "jmh.benchmarks",
          "jmh.i",
          "jmh.r",
          "jmh.wi",
          "jmh.w");

  private static final String NUMBER = "[1-9][0-9]{0,4}";

  private OptionNames() {}

  /**
   * Refuses names that are none of ours.
   *
   * @throws IllegalArgumentException naming them and those there are
   */
  static void check(Properties given) {
    TreeSet<String> unknown = new TreeSet<>(given.stringPropertyNames());
    NAMES.forEach(unknown::remove);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "There is no option -D%s. There are: %s."
              .formatted(String.join(", -D", unknown), String.join(", ", NAMES)));
    }
  }

  /**
   * Refuses values that no step could run.
   *
   * @throws IllegalArgumentException naming the first
   */
  static void checkValues(Options o) {
    each("wwts.models", o.models(), "small|base|large|default|.+\\.pt");
    each("wwts.device", List.of(o.device()), "cpu|cuda(:[0-9]+)?");
    each("wwts.precisions", o.precisions(), "fp32|fp16|bf16");
    each("wwts.threads", o.threads(), NUMBER);
    each("wwts.callers", o.callers(), NUMBER);
    each("wwts.batches", o.batches(), NUMBER);
    each("wwts.pictures", o.pictures(), "1080p|12mp|" + NUMBER + "x" + NUMBER);
    each(
        "wwts.peers",
        o.peers(),
        "wwts|wwts bf16|python|python-eager|python-compiled|djl|onnxruntime|presets");
    if (o.turns() < 0) {
      throw new IllegalArgumentException("-Dwwts.turns must be 0 or more.");
    }
    for (int value :
        new int[] {
          o.rounds(), o.iterations().measured(), o.iterations().seconds(), o.iterations().warmupSeconds()
        }) {
      if (value < 1) {
        throw new IllegalArgumentException("Rounds, iterations and their seconds are 1 or more.");
      }
    }
  }

  private static void each(String name, List<String> values, String allowed) {
    for (String value : values) {
      if (!value.matches(allowed)) {
        throw new IllegalArgumentException(
            "-D%s=%s is not allowed: it must be %s."
                .formatted(name, value, allowed.replace(NUMBER, "NUMBER").replace("|", " or ")));
      }
    }
  }
}
