package dev.wwts.internal.swap;

import dev.wwts.Answer;
import dev.wwts.ModelInfo;
import dev.wwts.Picture;
import dev.wwts.Stats;
import dev.wwts.Verification;

/** A loaded model, as a slot sees it: what it must pass to be let in, and its end. */
public interface Candidate extends AutoCloseable {
  /** What it is. */
  ModelInfo model();

  /** Its self-test, replayed. */
  Verification verify();

  /** What it says to a picture. */
  Answer.Recognized answer(Picture picture);

  /**
   * Refuses who would wait for himself if he waited for it.
   *
   * @throws IllegalStateException in a thread of its own
   */
  void requireCaller();

  /** How it goes; waits for nothing. */
  Stats stats();

  /** Waits for calls in flight and frees it. */
  @Override
  void close();
}
