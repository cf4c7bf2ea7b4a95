package dev.wwts.internal.torch;

import dev.wwts.internal.cuda.CudaEvent;
import dev.wwts.internal.cuda.CudaStream;
import dev.wwts.internal.cuda.PinnedBuffer;
import dev.wwts.internal.pixels.PixelBuffer;

/**
 * The host's half of an upload: where a picture is decoded to, in memory that the card's copy
 * engine reads. A lane has some, so that the next pictures of a batch are decoded while the last
 * ones are copied: decoding takes longer than copying, so that more than two seldom matter.
 */
final class Staging implements AutoCloseable {
  private static final long PIXELS_GRAIN = 8L << 20;
  private static final long TABLE_GRAIN = 64L << 10;

  private final PinnedBuffer pixels = new PinnedBuffer(PIXELS_GRAIN);
  private final PinnedBuffer table = new PinnedBuffer(TABLE_GRAIN);
  private final CudaEvent uploaded = new CudaEvent();
  private boolean pending;

  /** Where to decode to; waits until the card has copied what was decoded there before. */
  PixelBuffer pixels() {
    if (pending) {
      uploaded.await();
      pending = false;
    }
    return pixels;
  }

  /** Where the weights of the resize, or a crop that the host made, go. */
  PinnedBuffer table() {
    return table;
  }

  /** Both are in use until the copies queued so far are done. */
  void uploading(CudaStream stream) {
    uploaded.record(stream);
    pending = true;
  }

  /** All that was queued on the stream is done: there is nothing to wait for. */
  void uploaded() {
    pending = false;
  }

  @Override
  public void close() {
    uploaded.close();
    table.close();
    pixels.close();
  }
}
