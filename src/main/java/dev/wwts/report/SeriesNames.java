package dev.wwts.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Names for the series of a picture: the parameters that a reader expects, and those others in
 * which the rows differ, so that no two rows have one name.
 */
final class SeriesNames {
  private static final String BUDGET = "budget";
  private static final String NO_BUDGET = "0";

  private final List<String> expected;
  private final List<String> others = new ArrayList<>();

  private SeriesNames(List<String> expected) {
    this.expected = expected;
  }

  /**
   * Names for rows.
   *
   * @param expected parameters that stand in each name
   * @param axis parameters that are no part of a name, as the picture has an axis for them
   */
  static SeriesNames of(List<JmhResults.Entry> rows, List<String> expected, String... axis) {
    SeriesNames names = new SeriesNames(expected);
    TreeSet<String> candidates = new TreeSet<>();
    rows.forEach(row -> candidates.addAll(facts(row).keySet()));
    expected.forEach(candidates::remove);
    List.of(axis).forEach(candidates::remove);
    for (String name : candidates) {
      if (rows.stream().map(row -> facts(row).getOrDefault(name, "")).distinct().count() > 1) {
        names.others.add(name);
      }
    }
    return names;
  }

  String of(JmhResults.Entry row) {
    Map<String, String> facts = facts(row);
    List<String> words = new ArrayList<>();
    for (String name : expected) {
      String value = facts.getOrDefault(name, "");
      words.add(name.equals("batch") ? "batch " + value : value);
    }
    StringBuilder text = new StringBuilder(String.join(" ", words));
    for (String name : others) {
      text.append(", ").append(word(name, facts.getOrDefault(name, "")));
    }
    return text.toString();
  }

  private static String word(String name, String value) {
    if (!name.equals(BUDGET)) {
      return name + " " + value;
    }
    return value.equals(NO_BUDGET)
        ? "no budget"
        : "budget " + Memory.gib(Double.parseDouble(value));
  }

  /** Parameters, and what else tells entries apart. */
  private static Map<String, String> facts(JmhResults.Entry row) {
    Map<String, String> facts = new LinkedHashMap<>(row.params());
    facts.put("mode", row.mode());
    facts.put("callers", String.valueOf(row.callers()));
    return facts;
  }

  /**
   * The rows of one budget: those without, else those of the first. A budget's rows repeat others
   * and would hide them.
   */
  static List<JmhResults.Entry> comparable(List<JmhResults.Entry> rows) {
    List<JmhResults.Entry> free = withBudget(rows, NO_BUDGET);
    return free.isEmpty() && !rows.isEmpty() ? withBudget(rows, rows.get(0).param(BUDGET)) : free;
  }

  private static List<JmhResults.Entry> withBudget(List<JmhResults.Entry> rows, String budget) {
    return rows.stream().filter(row -> row.param(BUDGET).equals(budget)).toList();
  }
}
