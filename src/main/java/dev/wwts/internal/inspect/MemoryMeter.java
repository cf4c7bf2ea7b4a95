package dev.wwts.internal.inspect;

/** Bytes of the memory that a model runs in; -1 where unknown. */
public interface MemoryMeter {
  /** Bytes in use now: in tensors on a card, resident on a CPU. */
  long allocated();

  /** What LibTorch holds of the card. */
  long reserved();

  /** What the process holds, as the driver counts. */
  long process();

  /** What all processes hold. */
  long everyone();

  /** The most allocated since the last reset. */
  long peak();

  /** Starts the peak anew. */
  void resetPeak();
}
