package dev.wwts.internal.gallery;

/** What happens to a gallery; its file is a list of these. */
sealed interface Change {
  /** An example came. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Added(Example example, float[] embedding) implements Change {}

  /** An example went. */
  record Removed(long id) implements Change {}

  /** Below this similarity nothing is recognised from now on. */
  record Threshold(double similarity) implements Change {}
}
