package dev.wwts.fuzz;

import dev.wwts.WwtsException;
import java.util.regex.Pattern;

/** What every refusal is: one short sentence without what moves a console's cursor. */
final class Sentences {
  private static final Pattern SENTENCE = Pattern.compile("[^\\p{Cntrl}]{1,300}");

  private Sentences() {}

  /** The sentence. */
  static String checked(WwtsException refusal) {
    String message = String.valueOf(refusal.getMessage());
    if (!SENTENCE.matcher(message).matches()) {
      throw new AssertionError("no sentence: " + message, refusal);
    }
    return message;
  }
}
