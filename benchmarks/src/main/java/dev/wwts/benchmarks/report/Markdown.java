package dev.wwts.benchmarks.report;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Builds a Markdown text of paragraphs and tables. */
public final class Markdown {
  /** Stands where there is no figure. */
  static final String NONE = "—";

  private final StringBuilder out = new StringBuilder();

  /**
   * A column of a table.
   *
   * @param head where it ends in ">", which is not shown, the column is set to the right
   * @param cell what stands in it for a row
   */
  public record Column<T>(String head, Function<? super T, ?> cell) {}

  /** A column. */
  public static <T> Column<T> column(String head, Function<? super T, ?> cell) {
    return new Column<>(head, cell);
  }

  /** A paragraph or heading. */
  public void paragraph(String text) {
    out.append(text).append("\n\n");
  }

  /** A table. */
  public <T> void table(List<T> rows, List<Column<T>> columns) {
    table(rows, columns, List.of());
  }

  /** The same with {@code more} rows at its end, whose cells are given. */
  <T> void table(List<T> rows, List<Column<T>> columns, List<List<String>> more) {
    row(columns, column -> column.head().replaceAll(">$", ""));
    row(columns, column -> column.head().endsWith(">") ? "---:" : "---");
    rows.forEach(row -> row(columns, column -> column.cell().apply(row)));
    more.forEach(row -> row(row, cell -> cell));
    out.append('\n');
  }

  private <C> void row(List<C> columns, Function<C, ?> text) {
    out.append(
        columns.stream()
            .map(column -> String.valueOf(text.apply(column)))
            .map(cell -> cell.replace("|", "\\|").replace("\n", " "))
            .collect(Collectors.joining(" | ", "| ", " |\n")));
  }

  /** A number with so many digits behind the point. */
  public static String number(double value, int digits) {
    return Double.isNaN(value) ? NONE : String.format(Locale.ROOT, "%." + digits + "f", value);
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
