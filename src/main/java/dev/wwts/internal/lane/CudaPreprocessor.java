package dev.wwts.internal.lane;

import dev.wwts.internal.pixels.Pixels;

/**
 * Pixels in pinned memory to a slot of the network's input on the card, without waiting for it. One
 * per lane.
 */
interface CudaPreprocessor extends AutoCloseable {
  /** Queues upload and preprocessing of one picture, and their marks. */
  void write(Pixels pixels, Staging staging, CudaBatch batch, int slot, SlotClock clock);

  @Override
  void close();
}
