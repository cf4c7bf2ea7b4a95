package dev.wwts.cli;

/**
 * Text from outside (file names, labels, messages) as a terminal may show it: on one line, as it
 * is, and nothing in it that a terminal obeys.
 */
final class Printable {
  private Printable() {}

  /**
   * The text with control characters, line breaks and invisible format characters (those that turn
   * the direction of writing among them) as {@code \}{@code u001b}, bytes of a file name that are
   * no UTF-8 as {@code \xff}.
   */
  static String of(String text) {
    if (text.codePoints().allMatch(Printable::isPlain)) {
      return text;
    }
    StringBuilder plain = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(
            c -> {
              if (isPlain(c)) {
                plain.appendCodePoint(c);
              } else if (FileNames.isByte(c)) {
                plain.append(String.format("\\x%02x", c & 0xff));
              } else {
                for (char unit : Character.toChars(c)) {
                  plain.append(String.format("\\u%04x", (int) unit));
                }
              }
            });
    return plain.toString();
  }

  private static boolean isPlain(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          false;
      default -> true;
    };
  }
}
