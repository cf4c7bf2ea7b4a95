package dev.wwts.internal.cuda;

import static org.bytedeco.cuda.global.cudart.cudaFreeHost;
import static org.bytedeco.cuda.global.cudart.cudaHostAlloc;
import static org.bytedeco.cuda.global.cudart.cudaHostAllocDefault;

import dev.wwts.internal.pixels.PixelBuffer;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * Page-locked memory, which the card's copy engine reads and writes by itself; grows to the largest
 * request and never shrinks.
 */
public final class PinnedBuffer implements PixelBuffer, AutoCloseable {
  private final long grain;
  private @Nullable Pointer block;
  private long capacity;
  private boolean closed;

  /** Creates an empty one that grows by whole multiples of {@code grain} bytes. */
  public PinnedBuffer(long grain) {
    this.grain = grain;
  }

  /**
   * {@inheritDoc} Nothing on the card may still read or write what an earlier call returned.
   *
   * @throws IllegalStateException after {@link #close}
   * @throws dev.wwts.DeviceException if the system has no such block
   */
  @Override
  public long reserve(long bytes) {
    if (closed) {
      throw new IllegalStateException("The buffer is closed.");
    }
    Pointer current = block;
    if (current != null && bytes <= capacity) {
      return current.address();
    }
    release();
    long wanted = Math.max(1, (bytes + grain - 1) / grain) * grain;
    Pointer fresh = new Pointer();
    CudaErrors.check(cudaHostAlloc(fresh, wanted, cudaHostAllocDefault), "cudaHostAlloc");
    block = fresh;
    capacity = wanted;
    return fresh.address();
  }

  /** Bytes held now. */
  public long capacity() {
    return capacity;
  }

  private void release() {
    Pointer old = block;
    block = null;
    capacity = 0;
    if (old != null) {
      CudaErrors.check(cudaFreeHost(old), "cudaFreeHost");
    }
  }

  @Override
  public void close() {
    closed = true;
    release();
  }
}
