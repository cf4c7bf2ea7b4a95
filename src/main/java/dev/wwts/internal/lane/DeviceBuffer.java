package dev.wwts.internal.lane;

import dev.wwts.internal.cuda.CudaStream;
import dev.wwts.internal.torch.CudaSetup;
import dev.wwts.internal.torch.NativeScope;
import dev.wwts.internal.torch.Owned;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Bytes on the card, from LibTorch's allocator, so that they count towards the budget; grows and
 * never shrinks.
 */
final class DeviceBuffer implements AutoCloseable {
  private final CudaSetup setup;
  private final CudaStream stream;
  private final long grain;
  private @Nullable Owned<Tensor> block;
  private long capacity;
  private long address;

  /** Creates an empty one that grows by whole multiples of {@code grain} bytes. */
  DeviceBuffer(CudaSetup setup, CudaStream stream, long grain) {
    this.setup = setup;
    this.stream = stream;
    this.grain = grain;
  }

  /**
   * The address of at least {@code bytes} bytes, aligned to 512; queued work on what an earlier
   * call returned is safe.
   */
  long reserve(long bytes) {
    if (block == null || bytes > capacity) {
      close();
      long wanted = Math.max(1, (bytes + grain - 1) / grain) * grain;
      block = stream.with(() -> NativeScope.inference(() -> allocate(wanted)));
      capacity = wanted;
      address = NativeScope.inference(() -> tensor().data_ptr().address());
    }
    return address;
  }

  /** All its bytes, one dimension. */
  Tensor tensor() {
    if (block == null) {
      throw new IllegalStateException("reserve(bytes) comes first.");
    }
    return block.get();
  }

  private Owned<Tensor> allocate(long bytes) {
    return new Owned<>(torch.empty(new long[] {bytes}, setup.on(torch.ScalarType.Byte), null));
  }

  @Override
  public void close() {
    if (block != null) {
      block.close();
      block = null;
      capacity = 0;
    }
  }
}
