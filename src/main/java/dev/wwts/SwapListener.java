package dev.wwts;

import java.nio.file.Path;

/**
 * Hears what becomes of a {@link ModelSlot}'s models. Called by the threads that swap and close
 * them, one call after the other for a swap; what it throws is logged. It may swap again.
 */
public interface SwapListener {
  /** A model has taken another one's place: calls that begin from now on are answered by it. */
  default void swapped(ModelVersion before, ModelVersion now) {}

  /**
   * A model has not; the one that was there answers on.
   *
   * @param why what {@link ModelSlot#swap(Path)} throws
   */
  default void failed(Path file, RuntimeException why) {}

  /** A model whose place was taken has ended its last call and was closed. */
  default void retired(ModelVersion version) {}
}
