package dev.wwts.torch;

import dev.wwts.cuda.CudaEvent;

/** The marks that time a picture's way into its slot of a batch. */
final class SlotClock implements AutoCloseable {
  final CudaEvent start = new CudaEvent();
  final CudaEvent uploaded = new CudaEvent();
  final CudaEvent ready = new CudaEvent();

  long upload() {
    return uploaded.nanosSince(start);
  }

  long preprocess() {
    return ready.nanosSince(uploaded);
  }

  @Override
  public void close() {
    start.close();
    uploaded.close();
    ready.close();
  }
}
