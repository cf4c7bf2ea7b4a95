package dev.wwts.cuda;

import static org.bytedeco.cuda.global.cudart.cudaMemcpyAsync;
import static org.bytedeco.cuda.global.cudart.cudaMemcpyDeviceToHost;
import static org.bytedeco.cuda.global.cudart.cudaMemcpyHostToDevice;
import static org.bytedeco.cuda.global.cudart.cudaStreamSynchronize;

import java.util.function.Supplier;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.pytorch.cuda.CUDAStream;
import org.bytedeco.pytorch.global.torch_cuda;

/**
 * A stream of LibTorch's pool: work on it runs in order, beside other streams' work. One thread at
 * a time.
 */
public final class CudaStream implements AutoCloseable {
  private final int device;
  private final CUDAStream stream;
  private final CUstream_st raw;
  private final MovingPointer from = new MovingPointer();
  private final MovingPointer to = new MovingPointer();
  private boolean closed;

  /**
   * Takes one of high priority on a card, from 0. LibTorch has 32 a card and hands them out in
   * turn.
   */
  public CudaStream(int device) {
    this.device = device;
    stream = Scope.of(() -> torch_cuda.getStreamFromPool(true, (byte) device).retainReference());
    raw = Scope.of(() -> stream.stream().retainReference());
  }

  /** The card, from 0. */
  public int device() {
    return device;
  }

  /** The cudaStream_t. */
  public long address() {
    return raw.address();
  }

  CUstream_st raw() {
    return raw;
  }

  /**
   * Does something while this is LibTorch's current stream, and its card the current one, in the
   * calling thread.
   */
  public <T> T with(Supplier<T> work) {
    byte before = torch_cuda.ExchangeDevice((byte) device);
    try (CUDAStream current = torch_cuda.getCurrentCUDAStream((byte) device)) {
      torch_cuda.setCurrentCUDAStream(stream);
      try {
        return work.get();
      } finally {
        torch_cuda.setCurrentCUDAStream(current);
      }
    } finally {
      torch_cuda.SetDevice(before);
    }
  }

  /**
   * Queues a copy of {@code bytes} bytes to the card; asynchronous if the host's memory is pinned.
   */
  public void upload(long cardAddress, long hostAddress, long bytes) {
    copy(cardAddress, hostAddress, bytes, cudaMemcpyHostToDevice);
  }

  /**
   * Queues a copy of {@code bytes} bytes from the card; asynchronous if the host's memory is
   * pinned.
   */
  public void download(long hostAddress, long cardAddress, long bytes) {
    copy(hostAddress, cardAddress, bytes, cudaMemcpyDeviceToHost);
  }

  private void copy(long target, long source, long bytes, int kind) {
    int code = cudaMemcpyAsync(to.at(target), from.at(source), bytes, kind, raw);
    CudaErrors.check(code, "cudaMemcpyAsync");
  }

  /** Waits until all that was queued is done. */
  public void await() {
    CudaErrors.check(cudaStreamSynchronize(raw), "cudaStreamSynchronize");
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      raw.releaseReference();
      stream.releaseReference();
    }
  }
}
