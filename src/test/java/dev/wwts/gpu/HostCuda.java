package dev.wwts.gpu;

import static org.bytedeco.cuda.global.cudart.cudaDeviceGetAttribute;
import static org.bytedeco.cuda.global.cudart.cudaDeviceSetLimit;
import static org.bytedeco.cuda.global.cudart.cudaMemGetInfo;

import dev.wwts.internal.torch.LibTorch;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * native/test/hostcuda, which stands in for CUDA on machines without a card: what was asked of it.
 */
final class HostCuda {
  /** As in runtime.cpp, like the numbers of counts and refusals. */
  private static final int FIRST = 100_000;

  /** What it counts. */
  enum Count {
    KERNELS(0),
    GRAPH_LAUNCHES(1),
    DEVICE_ALLOCATIONS(2),
    PINNED_ALLOCATIONS(3),
    WAITS(4),
    COPIES(5),
    PAGEABLE_COPIES(6),
    FAULTS(7),
    GRAPHS(8),
    GRAPH_KERNELS(9),
    CUDNN_CALLS(10),
    TF32_PRODUCTS(11),
    UPLOADED_BYTES(12),
    GRAPH_COPIES(13),
    OWN_KERNELS(14),
    OWN_GRAPH_KERNELS(15);

    private final int number;

    Count(int number) {
      this.number = number;
    }

    int read() {
      int[] value = {0};
      cudaDeviceGetAttribute(value, FIRST + number, 0);
      return value[0];
    }
  }

  /** What it can be told to refuse. */
  enum Refusal {
    CAPTURES(0),
    MARKS_IN_CAPTURES(1),
    MEMORY_IN_CAPTURES(2),
    FUSED_CALLS(3),
    /** Not refused, but slow. */
    FAST_FUSED_CALLS(4),
    /** The next launch ends with this error, and all that is asked of the card after it. */
    FATAL(5),
    ATTENTION(6),
    /** Not refused: the MiB that each of cuDNN's engines works in. */
    NO_WORKSPACE(7);

    private final int number;

    Refusal(int number) {
      this.number = number;
    }

    /** Refuses the next {@code times} of them. */
    void next(long times) {
      cudaDeviceSetLimit(FIRST + number, times);
    }
  }

  private HostCuda() {}

  /** Whether it is what LibTorch found for CUDA. */
  static boolean isHere() {
    return LibTorch.cudaFacts().getOrDefault("card 0", "").startsWith("hostcuda");
  }

  /** Bytes of the card that are taken. */
  static long memory() {
    try (SizeTPointer free = new SizeTPointer(1);
        SizeTPointer total = new SizeTPointer(1)) {
      cudaMemGetInfo(free, total);
      return total.get() - free.get();
    }
  }
}
