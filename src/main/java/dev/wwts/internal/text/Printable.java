package dev.wwts.internal.text;

/**
 * Makes text that came from outside (file names, manifests, labels, LibTorch's errors) fit to be
 * shown: on one line, nothing in it that moves the cursor, hides or turns what stands beside it,
 * and not longer than can be read.
 */
public final class Printable {
  /** A message is never longer, in characters. */
  public static final int LONGEST_MESSAGE = 300;

  private static final String CUT = "...";

  private Printable() {}

  /** Whether {@code text} can be shown as it is. */
  public static boolean isPlain(String text) {
    // loops, as a model's labels are looked at one by one before any of this is compiled
    for (int at = 0; at < text.length(); at = text.offsetByCodePoints(at, 1)) {
      if (!isPlain(text.codePointAt(at))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether something of {@code text} can be seen: not only spaces, marks and fillers, of which
   * Unicode has many.
   */
  public static boolean isVisible(String text) {
    for (int at = 0; at < text.length(); at = text.offsetByCodePoints(at, 1)) {
      if (isVisible(text.codePointAt(at))) {
        return true;
      }
    }
    return false;
  }

  /** The text on one line; what can't be shown as it is becomes \\uXXXX. */
  public static String line(String text) {
    if (isPlain(text)) {
      return text;
    }
    StringBuilder line = new StringBuilder();
    text.codePoints()
        .forEach(
            point -> {
              if (isPlain(point)) {
                line.appendCodePoint(point);
              } else {
                for (char unit : Character.toChars(point)) {
                  line.append("\\u%04x".formatted((int) unit));
                }
              }
            });
    return line.toString();
  }

  /** The same, cut at its end to {@code most} characters. */
  public static String line(String text, int most) {
    // what is cut away need not be looked at: it may be long
    String line = line(text.length() > most + 1 ? start(text, most + 1) : text);
    return line.length() <= most ? line : start(line, most - CUT.length()) + CUT;
  }

  /**
   * The same for a message, which names a file at its beginning and the fault at its end: one that
   * is too long loses its middle.
   */
  public static String message(String text) {
    int half = (LONGEST_MESSAGE - CUT.length()) / 2;
    if (text.length() <= LONGEST_MESSAGE && isPlain(text)) {
      return text;
    }
    String line =
        text.length() > 2 * LONGEST_MESSAGE
            ? line(start(text, LONGEST_MESSAGE)) + line(end(text, LONGEST_MESSAGE))
            : line(text);
    return line.length() <= LONGEST_MESSAGE ? line : start(line, half) + CUT + end(line, half);
  }

  private static String start(String text, int most) {
    int to = Math.min(most, text.length());
    return text.substring(
        0, to > 0 && Character.isHighSurrogate(text.charAt(to - 1)) ? to - 1 : to);
  }

  private static String end(String text, int most) {
    int from = Math.max(0, text.length() - most);
    return text.substring(Character.isLowSurrogate(text.charAt(from)) ? from + 1 : from);
  }

  private static boolean isPlain(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          false;
      // joiners stand in emoji and in Indic words; the rest turns or hides what follows
      case Character.FORMAT -> point == 0x200C || point == 0x200D;
      default -> !isHidden(point);
    };
  }

  /**
   * What is not shown though no category says so (Unicode's Default_Ignorable_Code_Point, but for
   * the selectors of emoji and of ideographs), and what is no character at all.
   */
  private static boolean isHidden(int point) {
    return switch (point) {
      case 0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2065, 0x3164, 0xFFA0 -> true;
      default ->
          (point >= 0xFFF0 && point <= 0xFFF8)
              || (point >= 0xE0000 && point <= 0xE0FFF && !isSelector(point))
              || (point >= 0xFDD0 && point <= 0xFDEF)
              || (point & 0xFFFE) == 0xFFFE;
    };
  }

  private static boolean isSelector(int point) {
    return (point >= 0xE0100 && point <= 0xE01EF) || point == 0x180F;
  }

  private static boolean isVisible(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SPACE_SEPARATOR,
          Character.SURROGATE,
          Character.NON_SPACING_MARK,
          Character.ENCLOSING_MARK ->
          false;
      // 0x2800 is the empty Braille cell
      default -> point != 0x2800 && !isHidden(point) && !isSelector(point);
    };
  }
}
