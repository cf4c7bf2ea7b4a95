package dev.wwts.benchmarks.load;

import java.util.Arrays;

/** A picture to be asked, and the answer that is right. */
final class Shot {
  private final byte[] picture;
  private final int[] expected;
  private final boolean bad;

  private Shot(byte[] picture, int[] expected, boolean bad) {
    this.picture = picture;
    this.expected = expected;
    this.bad = bad;
  }

  /** Whose answer may be any. */
  static Shot of(byte[] picture) {
    return new Shot(picture, new int[0], false);
  }

  /** Whose five best classes are known. */
  static Shot of(byte[] picture, int[] expected) {
    return new Shot(picture, expected, false);
  }

  /** Which is to be refused. */
  static Shot bad(byte[] picture) {
    return new Shot(picture, new int[0], true);
  }

  byte[] picture() {
    return picture;
  }

  boolean isBad() {
    return bad;
  }

  boolean fits(int[] answer) {
    return !bad && (expected.length == 0 || Arrays.equals(expected, answer));
  }

  @Override
  public String toString() {
    return bad ? "refused" : Arrays.toString(expected);
  }
}
