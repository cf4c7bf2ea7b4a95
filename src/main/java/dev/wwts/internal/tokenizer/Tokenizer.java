package dev.wwts.internal.tokenizer;

/**
 * A text as the ids that a text tower reads. Any number of threads uses one.
 *
 * <p>Halves of pairs, which only Java's strings can hold, are left out.
 */
public interface Tokenizer {
  /**
   * The ids of a text, cut where there is no more room for it, with what stands before and behind
   * it, and without what would fill them up.
   *
   * @param length at most so many, at least 2
   */
  int[] ids(String text, int length);

  /** How many different ids there are. */
  int size();

  /** The id that fills up a text. */
  int pad();
}
