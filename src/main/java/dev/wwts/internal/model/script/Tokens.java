package dev.wwts.internal.model.script;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The tokens of one file, in the spelling that torch.jit.save writes and no other: no comments, no
 * tabs, no continued lines, no quotes but double ones. So LibTorch's lexer can't read another
 * program from the same bytes.
 */
final class Tokens {
  /** What a token is. */
  enum Kind {
    NAME,
    KEYWORD,
    NUMBER,
    TEXT,
    SIGN,
    NEWLINE,
    INDENT,
    DEDENT,
    END
  }

  /** What a long sign's second character may be. */
  private static final String SECOND = ">=/*<";

  private static final String SIGNS = "()[]{},:=.+-*/%@&|^~<>";
  private static final String OPENING = "([{";
  private static final String CLOSING = ")]}";

  private final String source;
  private final Deque<Integer> indents = new ArrayDeque<>();
  private int at;
  private int line = 1;
  private int brackets;
  private boolean lineStart = true;
  private int dedents;

  private Kind kind = Kind.NEWLINE;
  private String text = "";

  Tokens(String source) {
    this.source = source;
    indents.push(0);
    next();
  }

  /** The current token's kind. */
  Kind kind() {
    return kind;
  }

  /** The current token: a text without its quotes. */
  String text() {
    return text;
  }

  /** The line it ends in, from 1. */
  int line() {
    return line;
  }

  /** Whether it is this sign or keyword. */
  boolean is(String word) {
    return (kind == Kind.SIGN || kind == Kind.KEYWORD) && text.equals(word);
  }

  /** Whether it was this sign or keyword; then the next is current. */
  boolean take(String word) {
    if (!is(word)) {
      return false;
    }
    next();
    return true;
  }

  /** The text of the current token, which must be of this kind; then the next is current. */
  String take(Kind wanted) {
    if (kind != wanted) {
      throw new Malformed(line);
    }
    String taken = text;
    next();
    return taken;
  }

  /** Goes over this sign or keyword. */
  void require(String word) {
    if (!take(word)) {
      throw new Malformed(line);
    }
  }

  private void next() {
    if (dedents > 0) {
      dedents--;
      set(Kind.DEDENT, "");
      return;
    }
    if (lineStart && brackets == 0) {
      lineStart = false;
      if (indentation()) {
        return;
      }
    }
    skipBlanks();
    if (at == source.length()) {
      end();
      return;
    }
    char c = source.charAt(at);
    if (c == '\n') {
      at++;
      line++;
      lineStart = true;
      set(Kind.NEWLINE, "");
    } else if (c == '"') {
      quoted();
    } else if (isNameStart(c)) {
      int start = at;
      while (at < source.length() && (isNameStart(source.charAt(at)) || isDigit(at))) {
        at++;
      }
      String word = source.substring(start, at);
      set(Spelling.isKeyword(word) ? Kind.KEYWORD : Kind.NAME, word);
    } else if (isDigit(at)) {
      number();
    } else {
      sign(c);
    }
  }

  private void end() {
    if (brackets > 0) {
      throw new Malformed(line);
    }
    if (kind != Kind.NEWLINE && kind != Kind.DEDENT && kind != Kind.END) {
      set(Kind.NEWLINE, "");
    } else if (indents.size() > 1) {
      indents.pop();
      set(Kind.DEDENT, "");
    } else {
      set(Kind.END, "");
    }
  }

  /** Blank lines are no lines; true where the level changed. */
  private boolean indentation() {
    int start = at;
    while (at < source.length() && (source.charAt(at) == ' ' || source.charAt(at) == '\n')) {
      if (source.charAt(at) == '\n') {
        start = at + 1;
        line++;
      }
      at++;
    }
    if (at == source.length()) {
      return false;
    }
    int width = at - start;
    if (width > indents.element()) {
      indents.push(width);
      set(Kind.INDENT, "");
      return true;
    }
    while (width < indents.element()) {
      indents.pop();
      dedents++;
    }
    if (width != indents.element()) {
      throw new Malformed(line);
    }
    if (dedents == 0) {
      return false;
    }
    dedents--;
    set(Kind.DEDENT, "");
    return true;
  }

  private void skipBlanks() {
    while (at < source.length()
        && (source.charAt(at) == ' ' || (brackets > 0 && source.charAt(at) == '\n'))) {
      if (source.charAt(at) == '\n') {
        line++;
      }
      at++;
    }
  }

  private void quoted() {
    int start = ++at;
    boolean escaped = false;
    while (at < source.length()
        && source.charAt(at) >= ' '
        && (escaped || source.charAt(at) != '"')) {
      escaped = !escaped && source.charAt(at) == '\\';
      at++;
    }
    if (at == source.length() || source.charAt(at) != '"' || source.startsWith("\"\"", at)) {
      throw new Malformed(line);
    }
    set(Kind.TEXT, source.substring(start, at++));
  }

  /** Digits, a fraction, an exponent, an imaginary j; nothing may stick to it. */
  private void number() {
    int start = at;
    digits();
    if (at < source.length() && source.charAt(at) == '.') {
      at++;
      digits();
    }
    if (at < source.length() && source.charAt(at) == 'e') {
      at++;
      if (at < source.length() && (source.charAt(at) == '-' || source.charAt(at) == '+')) {
        at++;
      }
      digits();
    }
    if (at < source.length() && source.charAt(at) == 'j') {
      at++;
    }
    if (at < source.length() && (isNameStart(source.charAt(at)) || source.charAt(at) == '.')) {
      throw new Malformed(line);
    }
    set(Kind.NUMBER, source.substring(start, at));
  }

  private void digits() {
    while (isDigit(at)) {
      at++;
    }
  }

  private void sign(char c) {
    boolean isLong =
        SECOND.indexOf(at + 1 < source.length() ? source.charAt(at + 1) : ' ') >= 0
            && Spelling.isLongSign(source.substring(at, at + 2));
    int length = isLong ? 2 : 1;
    if (length == 1 && SIGNS.indexOf(c) < 0) {
      throw new Malformed(line);
    }
    if (OPENING.indexOf(c) >= 0) {
      brackets++;
    } else if (CLOSING.indexOf(c) >= 0 && --brackets < 0) {
      throw new Malformed(line);
    }
    set(Kind.SIGN, source.substring(at, at + length));
    at += length;
  }

  private void set(Kind newKind, String newText) {
    kind = newKind;
    text = newText;
  }

  private boolean isDigit(int index) {
    return index < source.length() && source.charAt(index) >= '0' && source.charAt(index) <= '9';
  }

  private static boolean isNameStart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }
}
