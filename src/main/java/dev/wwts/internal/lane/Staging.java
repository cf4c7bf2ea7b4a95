package dev.wwts.internal.lane;

import dev.wwts.internal.cuda.CudaEvent;
import dev.wwts.internal.cuda.CudaStream;
import dev.wwts.internal.cuda.PinnedBuffer;
import dev.wwts.internal.image.DecodedPicture;
import org.jspecify.annotations.Nullable;

/**
 * The host's half of an upload: a picture in memory that the card's copy engine reads, which is
 * held until that is done. A lane has some, so that the next pictures of a batch are queued while
 * the last ones are copied.
 */
final class Staging implements AutoCloseable {
  private static final long TABLE_GRAIN = 64L << 10;

  private final PinnedBuffer table = new PinnedBuffer(TABLE_GRAIN);
  private final CudaEvent uploaded = new CudaEvent();
  private @Nullable DecodedPicture held;
  private boolean pending;

  /** Takes the next picture; waits until the card has copied the last one, which goes back. */
  void hold(DecodedPicture picture) {
    try {
      if (pending) {
        uploaded.await();
      }
    } finally {
      uploaded();
      held = picture;
    }
  }

  /** Where the weights of the resize, or a crop that the host made, go. */
  PinnedBuffer table() {
    return table;
  }

  /** Picture and table are in use until the copies queued so far are done. */
  void uploading(CudaStream stream) {
    uploaded.record(stream);
    pending = true;
  }

  /** All that was queued on the stream is done: there is nothing to wait for. */
  void uploaded() {
    pending = false;
    DecodedPicture done = held;
    held = null;
    if (done != null) {
      done.close();
    }
  }

  @Override
  public void close() {
    uploaded();
    uploaded.close();
    table.close();
  }
}
