package dev.wwts.internal.model.script;

import java.util.Set;

/** The words and signs of Python that are no names; TorchScript refuses some of them itself. */
final class Spelling {
  private static final Set<String> KEYWORDS =
      Set.of(
          "and",
          "as",
          "assert",
          "async",
          "await",
          "break",
          "class",
          "continue",
          "def",
          "del",
          "elif",
          "else",
          "except",
          "finally",
          "for",
          "from",
          "global",
          "if",
          "import",
          "in",
          "is",
          "lambda",
          "nonlocal",
          "not",
          "or",
          "pass",
          "raise",
          "return",
          "try",
          "while",
          "with",
          "yield");

  private static final Set<String> LONG_SIGNS =
      Set.of(
          "->", "==", "!=", "<=", ">=", "//", "**", "<<", ">>", "+=", "-=", "*=", "/=", "%=", "&=",
          "|=", "^=");

  private Spelling() {}

  static boolean isKeyword(String word) {
    return KEYWORDS.contains(word);
  }

  /** Of two characters. */
  static boolean isLongSign(String sign) {
    return LONG_SIGNS.contains(sign);
  }
}
