package dev.wwts.internal.cuda;

import org.bytedeco.pytorch.LongPair;
import org.bytedeco.pytorch.cuda.MemPool;
import org.bytedeco.pytorch.cuda.StreamFilter;
import org.bytedeco.pytorch.global.torch_cuda;

/**
 * The memory of the graphs of one stream. They never run at the same time, so what one of them
 * works in is free for the next that is captured; only tensors that outlive a capture are its own.
 * Captured from the largest to the smallest, they need little more than the largest alone. One
 * thread at a time.
 */
public final class GraphPool {
  private long first;
  private long second;
  private int graphs;

  /** Makes allocations that {@code filter} takes come from it until {@link #leave}. */
  void enter(byte device, StreamFilter filter) {
    if (graphs == 0) {
      // LibTorch gives the memory back after the last graph, and takes the same name no more
      Scope.in(
          () -> {
            LongPair fresh = MemPool.graph_pool_handle(false);
            first = fresh.first();
            second = fresh.second();
          });
    }
    Scope.in(() -> torch_cuda.beginAllocateToPool(device, id(), filter));
    graphs++;
  }

  /** Ends what {@link #enter} began; the graph that was captured stays one of its users. */
  void leave(byte device) {
    Scope.in(() -> torch_cuda.endAllocateToPool(device, id()));
  }

  /** Says that a graph is gone, captured or not. */
  void release(byte device) {
    graphs--;
    Scope.in(() -> torch_cuda.getAllocator().releasePool(device, id()));
  }

  /** Inside the caller's scope. */
  private LongPair id() {
    return new LongPair(first, second);
  }
}
