package dev.wwts.internal.lane;

import dev.wwts.internal.cuda.CudaRuntime;
import dev.wwts.internal.cuda.PinnedBuffer;
import dev.wwts.internal.pixels.PixelMemory;

/** A decoded picture's memory where a card's copy engine reads it; any thread may have it. */
final class PinnedPixels implements PixelMemory {
  private static final long GRAIN = 8L << 20;

  private final int card;
  private final PinnedBuffer pinned = new PinnedBuffer(GRAIN);

  PinnedPixels(int card) {
    this.card = card;
  }

  @Override
  public long reserve(long bytes) {
    if (bytes > pinned.capacity()) {
      // a thread that has no current card would set up the first one
      CudaRuntime.use(card);
    }
    return pinned.reserve(bytes);
  }

  @Override
  public long capacity() {
    return pinned.capacity();
  }

  @Override
  public void close() {
    pinned.close();
  }
}
