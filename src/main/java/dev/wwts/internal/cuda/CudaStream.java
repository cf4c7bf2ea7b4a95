package dev.wwts.internal.cuda;

import static org.bytedeco.cuda.global.cudart.cudaDeviceGetStreamPriorityRange;
import static org.bytedeco.cuda.global.cudart.cudaMemcpy2DAsync;
import static org.bytedeco.cuda.global.cudart.cudaMemcpyAsync;
import static org.bytedeco.cuda.global.cudart.cudaMemcpyDeviceToHost;
import static org.bytedeco.cuda.global.cudart.cudaMemcpyHostToDevice;
import static org.bytedeco.cuda.global.cudart.cudaStreamCreateWithPriority;
import static org.bytedeco.cuda.global.cudart.cudaStreamNonBlocking;
import static org.bytedeco.cuda.global.cudart.cudaStreamSynchronize;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.pytorch.cuda.CUDAStream;
import org.bytedeco.pytorch.global.torch_cuda;

/**
 * A stream of its owner's alone: work on it runs in order, beside other streams' work. One thread
 * at a time.
 *
 * <p>LibTorch's own pool hands 32 streams out in turn, whether they are in use or not: after some
 * loads two lanes would share one, and a capture would record the other lane's work. So streams are
 * made here. They are kept for the next owner instead of destroyed, as handles of cuBLAS and cuDNN
 * and LibTorch's allocator remember them: there are as many as were ever open at once.
 */
public final class CudaStream implements AutoCloseable {
  private static final Map<Integer, Deque<Native>> IDLE = new HashMap<>();

  private final int device;
  private final Native own;
  private final CUDAStream stream;
  private final CUstream_st raw;
  private final MovingPointer from = new MovingPointer();
  private final MovingPointer to = new MovingPointer();
  private boolean closed;

  private record Native(CUstream_st raw, CUDAStream stream) {}

  /** Takes one of the highest priority on a card, from 0. */
  public CudaStream(int device) {
    this.device = device;
    synchronized (IDLE) {
      Native idle = IDLE.computeIfAbsent(device, key -> new ArrayDeque<>()).pollFirst();
      this.own = idle == null ? create((byte) device) : idle;
    }
    this.raw = own.raw();
    this.stream = own.stream();
  }

  private static Native create(byte device) {
    CUstream_st raw = new CUstream_st();
    raw.retainReference();
    byte before = torch_cuda.ExchangeDevice(device);
    try {
      int[] least = {0};
      int[] greatest = {0};
      int code = cudaDeviceGetStreamPriorityRange(least, greatest);
      CudaErrors.check(code, "cudaDeviceGetStreamPriorityRange");
      // not blocking: the default stream, which loads models, is no part of any order
      code = cudaStreamCreateWithPriority(raw, cudaStreamNonBlocking, greatest[0]);
      CudaErrors.check(code, "cudaStreamCreateWithPriority");
    } finally {
      torch_cuda.SetDevice(before);
    }
    return new Native(
        raw, Scope.of(() -> torch_cuda.getStreamFromExternal(raw, device).retainReference()));
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
   * Queues a copy of some bytes of each of several rows to the card; asynchronous if the host's
   * memory is pinned.
   *
   * @param cardPitch bytes from one row to the next on the card
   * @param hostPitch the same on the host
   */
  public void upload(
      long cardAddress, long cardPitch, long hostAddress, long hostPitch, long bytes, long rows) {
    int code =
        cudaMemcpy2DAsync(
            to.at(cardAddress),
            cardPitch,
            from.at(hostAddress),
            hostPitch,
            bytes,
            rows,
            cudaMemcpyHostToDevice,
            raw);
    CudaErrors.check(code, "cudaMemcpy2DAsync");
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

  /**
   * Frees the memory that cuBLAS works in on this stream, which must be idle. LibTorch keeps one
   * block of it (8 MiB; 32 on an H100) for each thread that ever multiplied matrices on a stream.
   */
  public void clearWorkspaces() {
    Scope.in(() -> torch_cuda.clearCublasWorkspacesForStream(raw));
  }

  /** Leaves it to the next owner; it must be idle. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      clearWorkspaces();
      synchronized (IDLE) {
        IDLE.computeIfAbsent(device, key -> new ArrayDeque<>()).addFirst(own);
      }
    }
  }
}
