package dev.wwts.internal.cuda;

import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.bytedeco.pytorch.cuda.DeviceStats;
import org.bytedeco.pytorch.global.torch_cuda;

/** What LibTorch's allocator holds of a card; it is the process's, not one recognizer's. */
public final class CudaMemory {
  private CudaMemory() {}

  /** Bytes in tensors now. */
  public static long allocated(int device) {
    return statistic(device, stats -> stats.allocated_bytes().current());
  }

  /** The most bytes in tensors since {@link #resetPeak}. */
  public static long peak(int device) {
    return statistic(device, stats -> stats.allocated_bytes().peak());
  }

  /** Bytes taken from the card now, in use or kept for later. */
  public static long reserved(int device) {
    return statistic(device, stats -> stats.reserved_bytes().current());
  }

  /** How often memory was taken from the card since the process began. */
  public static long deviceAllocations(int device) {
    return statistic(device, DeviceStats::num_device_alloc);
  }

  /** How often LibTorch asked for more than it could have, since the process began. */
  public static long refusals(int device) {
    return statistic(device, DeviceStats::num_ooms);
  }

  /** Starts {@link #peak} anew. */
  public static void resetPeak(int device) {
    Scope.in(() -> torch_cuda.getAllocator().resetPeakStats((byte) device));
  }

  /**
   * Gives what is kept for later back to the cards. Waits for them, and before that until no graph
   * is being captured.
   */
  public static void emptyCache() {
    CudaGraph.betweenCaptures(() -> Scope.in(() -> torch_cuda.getAllocator().emptyCache()));
  }

  /**
   * Frees cuBLAS's workspaces, which lie in tensors of their own; the card must be idle and no
   * graph may be replayed after it.
   *
   * @param allocated bytes in tensors
   * @return what they took
   */
  public static long freeWorkspaces(LongSupplier allocated) {
    long before = allocated.getAsLong();
    Scope.in(torch_cuda::clearCublasWorkspaces);
    return before - allocated.getAsLong();
  }

  /** Lets the allocator take at most this part of a card, 0 to 1. */
  static void limit(int device, double fraction) {
    Scope.in(() -> torch_cuda.getAllocator().setMemoryFraction(fraction, (byte) device));
  }

  private static long statistic(int device, ToLongFunction<DeviceStats> figure) {
    return Scope.of(
        () -> figure.applyAsLong(torch_cuda.getAllocator().getDeviceStats((byte) device)));
  }
}
