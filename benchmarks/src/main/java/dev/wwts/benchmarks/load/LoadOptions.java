package dev.wwts.benchmarks.load;

import static dev.wwts.benchmarks.GivenOptions.NUMBER;

import dev.wwts.benchmarks.GivenOptions;
import dev.wwts.benchmarks.GivenOptions.Option;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** What a run of {@code mvn load} may be told. */
final class LoadOptions {
  private static final Map<String, Option> TABLE =
      new TreeMap<>(
          Map.of(
              "wwts.models", new Option("small,base", "small|base|large|.+\\.pt"),
              "wwts.peers",
                  new Option("wwts,onnxruntime,djl", "wwts|wwts-batching|onnxruntime|djl"),
              "wwts.settings", new Option("2x1,1x2", "[1-9]\\d{0,2}x[1-9]\\d{0,2}"),
              "wwts.loads", new Option("50,80,95,200", "[1-9]\\d{0,2}"),
              "wwts.rate", new Option("0", "\\d{1,6}(\\.\\d+)?"),
              "wwts.rounds", new Option("2", "\\d{1,3}"),
              "wwts.seconds", new Option("20", "[1-9]\\d{0,3}"),
              "wwts.picture", new Option("1080p", "1080p|12mp|" + NUMBER + "x" + NUMBER),
              "wwts.out", new Option("benchmarks/out", ".+"),
              "minutes", new Option("10", "\\d{1,4}(\\.\\d+)?")));

  private LoadOptions() {}

  /**
   * Checks them.
   *
   * @throws IllegalArgumentException if there is no such option, or a value is none of its
   */
  static GivenOptions of(Properties given) {
    return new GivenOptions(given, TABLE);
  }
}
