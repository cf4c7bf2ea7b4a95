package dev.wwts.internal.head;

import dev.wwts.Timings;

/**
 * Makes the answer to a picture of what a lane read from the network's output. Never changes.
 *
 * @param <A> the answer
 */
public interface Head<A> {
  /** What it needs of the network's output. */
  Readout readout();

  /**
   * The answer.
   *
   * @param reading what its readout gave for the picture
   */
  A answer(Reading reading, Timings timings);
}
