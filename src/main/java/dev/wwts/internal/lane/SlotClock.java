package dev.wwts.internal.lane;

import dev.wwts.internal.cuda.CudaEvent;
import dev.wwts.internal.torch.Parts;

/** The marks that time a picture's way into its slot of a batch. */
final class SlotClock implements AutoCloseable {
  private final Parts parts = new Parts();
  final CudaEvent start;
  final CudaEvent uploaded;
  final CudaEvent ready;

  SlotClock() {
    try {
      this.start = event();
      this.uploaded = event();
      this.ready = event();
    } catch (RuntimeException | Error e) {
      parts.closeAfter(e);
      throw e;
    }
  }

  private CudaEvent event() {
    CudaEvent event = new CudaEvent();
    return parts.add(event, event::close);
  }

  long upload() {
    return uploaded.nanosSince(start);
  }

  long preprocess() {
    return ready.nanosSince(uploaded);
  }

  @Override
  public void close() {
    parts.close();
  }
}
