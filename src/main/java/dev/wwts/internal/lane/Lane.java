package dev.wwts.internal.lane;

import org.jspecify.annotations.Nullable;

/**
 * Runs a model's network on decoded pictures, one batch at a time, in one thread: its buffers, its
 * stream and graphs, and the threads that LibTorch keeps for whoever calls it, belong to the thread
 * that made it, which also closes it.
 */
public interface Lane extends AutoCloseable {
  /**
   * What the engine's readouts read of each picture of a batch, in one forward.
   *
   * @return in the pictures' order; null for those that are refused
   * @throws dev.wwts.ModelException if the network fails or its output is not n x columns numbers
   * @throws dev.wwts.OutOfDeviceMemoryException if the device's memory is too small; after {@link
   *     #recover} the lane goes on
   */
  @Nullable LaneResult[] run(Pictures pictures);

  /** The logits of a batch's pictures, a row of classes values each; none of those refused. */
  float[][] logits(Pictures pictures);

  /** Gives memory back after a batch that found too little of it. */
  default void recover() {}

  @Override
  void close();
}
