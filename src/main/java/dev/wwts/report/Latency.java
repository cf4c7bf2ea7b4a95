package dev.wwts.report;

import java.util.List;

/** What a table says of single calls' times: percentiles only where there are calls beyond them. */
final class Latency {
  /** The heads of {@link #cells}, for {@link Markdown#head}. */
  static final List<String> HEADS = List.of("n>", "p50>", "p90>", "p99>", "p99.9>", "max>");

  /** Calls from which on at least one lies beyond the percentile. */
  private static final int FOR_P99 = 100;

  private static final int FOR_P999 = 1000;

  private Latency() {}

  static List<String> cells(JmhResults.Entry entry) {
    int calls = entry.sorted().size();
    return List.of(
        String.valueOf(calls),
        milliseconds(entry, 50),
        milliseconds(entry, 90),
        hasP99(entry) ? milliseconds(entry, 99) : Markdown.NONE,
        calls >= FOR_P999 ? milliseconds(entry, 99.9) : Markdown.NONE,
        milliseconds(entry, 100));
  }

  /** The cells of a step that failed. */
  static List<String> cells(Run.Failure failure) {
    String none = Markdown.NONE;
    return List.of("0", failure.word(), none, none, none, none);
  }

  static boolean hasP99(JmhResults.Entry entry) {
    return entry.sorted().size() >= FOR_P99;
  }

  /** Whether a percentile is shown in pictures, by the same rule. */
  static boolean has(JmhResults.Entry entry, double percent) {
    int calls = entry.sorted().size();
    return percent < 99 || calls >= (percent > 99 ? FOR_P999 : FOR_P99);
  }

  private static String milliseconds(JmhResults.Entry entry, double percent) {
    return Markdown.number(entry.percentile(percent), 1);
  }
}
