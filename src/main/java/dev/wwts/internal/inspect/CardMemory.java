package dev.wwts.internal.inspect;

import dev.wwts.internal.cuda.AllocatorHistory;
import dev.wwts.internal.cuda.AllocatorSnapshot;
import dev.wwts.internal.cuda.CudaMemory;
import dev.wwts.internal.cuda.CudaRuntime;
import dev.wwts.internal.cuda.Nvml;
import java.util.List;
import java.util.Map;

/**
 * A CUDA card's memory, and what LibTorch's allocator did in it since this was made. CUDA's classes
 * are loaded here and nowhere else for the command line.
 */
public final class CardMemory implements MemoryMeter {
  private final int device;

  /** Of the card with this number; from now on the allocator's doings are recorded. */
  public CardMemory(int device) {
    this.device = device;
    CudaRuntime.load();
    AllocatorHistory.start();
  }

  @Override
  public long allocated() {
    return CudaMemory.allocated(device);
  }

  @Override
  public long reserved() {
    return CudaMemory.reserved(device);
  }

  @Override
  public long process() {
    return Nvml.processMemory(device);
  }

  @Override
  public long everyone() {
    return Nvml.usedMemory(device);
  }

  @Override
  public long peak() {
    return CudaMemory.peak(device);
  }

  @Override
  public void resetPeak() {
    CudaRuntime.synchronize();
    CudaMemory.resetPeak(device);
  }

  /** Frees the libraries' workspaces and says how many bytes they were. */
  public long freeWorkspaces() {
    return CudaMemory.freeWorkspaces(this::allocated);
  }

  /** Ends the recording. */
  public History history() {
    AllocatorSnapshot snapshot = AllocatorHistory.take();
    AllocatorHistory.stop();
    return new History(snapshot.graphPools(device), snapshot.forViewer());
  }

  /**
   * What was recorded.
   *
   * @param graphPools bytes in each CUDA graph's pool
   * @param forViewer all of it as PyTorch's memory viewer reads it when pickled: maps, lists,
   *     strings and numbers
   */
  public record History(List<Long> graphPools, Map<String, Object> forViewer) {}
}
