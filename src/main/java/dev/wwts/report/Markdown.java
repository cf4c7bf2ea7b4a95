package dev.wwts.report;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Builds a Markdown text of paragraphs and tables. */
public final class Markdown {
  /** Stands where there is no figure. */
  static final String NONE = "—";

  private final StringBuilder out = new StringBuilder();

  /** A paragraph or heading. */
  public void paragraph(String text) {
    out.append(text).append("\n\n");
  }

  /** A table's head; names that end in ">" are those of columns set to the right. */
  public void head(String... names) {
    row(Arrays.stream(names).map(name -> name.replaceAll(">$", "")).toArray());
    row(Arrays.stream(names).map(name -> name.endsWith(">") ? "---:" : "---").toArray());
  }

  /** A row of cells. */
  public void row(Object... cells) {
    row(Arrays.asList(cells));
  }

  void row(List<?> cells) {
    out.append(cells.stream().map(Markdown::cell).collect(Collectors.joining(" | ", "| ", " |\n")));
  }

  private static String cell(Object value) {
    return String.valueOf(value).replace("|", "\\|").replace("\n", " ");
  }

  /** Ends a table. */
  public void endTable() {
    out.append('\n');
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
