package dev.wwts.internal.pixels;

/**
 * Memory of its own for one decoded picture; a plain block for a processor, a pinned one for a
 * card. It grows to the largest request and is used again. One owner at a time, who may be another
 * thread each time.
 */
public interface PixelMemory extends PixelBuffer, AutoCloseable {
  /** A block of at most so many bytes is kept for good: an ordinary picture's. */
  long ORDINARY = 16L << 20;

  /** Bytes held now. */
  long capacity();

  /** Says that a picture went by without it, so that what only a huge one needed is given back. */
  default void rest() {}

  /** Frees it. Closing twice does nothing. */
  @Override
  void close();
}
