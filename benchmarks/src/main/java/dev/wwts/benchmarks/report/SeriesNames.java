package dev.wwts.benchmarks.report;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Names for the series of a picture: the parameters that a reader expects, and those others in
 * which the rows differ, so that no two rows have one name.
 */
record SeriesNames(List<String> expected, List<String> others) {
  private static final String BUDGET = "budget";
  private static final String NO_BUDGET = "0";

  /**
   * Names for rows.
   *
   * @param expected parameters that stand in each name
   * @param axis parameters that are no part of a name, as the picture has an axis for them
   */
  static SeriesNames of(List<Entry> rows, List<String> expected, String... axis) {
    List<String> others =
        rows.stream()
            .flatMap(row -> facts(row).keySet().stream())
            .distinct()
            .sorted()
            .filter(name -> !expected.contains(name) && !List.of(axis).contains(name))
            .filter(
                name -> rows.stream().map(row -> fact(row, name)).distinct().limit(2).count() > 1)
            .toList();
    return new SeriesNames(expected, others);
  }

  String of(Entry row) {
    String name =
        expected.stream()
            .map(param -> (param.equals("batch") ? "batch " : "") + fact(row, param))
            .collect(Collectors.joining(" "));
    return Stream.concat(Stream.of(name), others.stream().map(it -> word(it, fact(row, it))))
        .collect(Collectors.joining(", "));
  }

  private static String word(String name, String value) {
    if (!name.equals(BUDGET)) {
      return name + " " + value;
    }
    return value.equals(NO_BUDGET)
        ? "no budget"
        : "budget " + Columns.gib(Double.parseDouble(value));
  }

  private static String fact(Entry row, String name) {
    return facts(row).getOrDefault(name, "");
  }

  /** Parameters, and what else tells entries apart. */
  private static Map<String, String> facts(Entry row) {
    Map<String, String> facts = new TreeMap<>(row.params());
    facts.put("mode", row.mode());
    facts.put("callers", String.valueOf(row.callers()));
    return facts;
  }

  /**
   * The rows of one budget: those without, else those of the first. A budget's rows repeat others
   * and would hide them.
   */
  static List<Entry> comparable(List<Entry> rows) {
    boolean anyFree = rows.stream().anyMatch(row -> row.param(BUDGET).equals(NO_BUDGET));
    return rows.stream()
        .filter(
            row ->
                row.param(BUDGET).equals(anyFree ? NO_BUDGET : rows.get(0).param(BUDGET)))
        .toList();
  }
}
