package dev.wwts.internal.cuda;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The memory that recognizers may take of a card. LibTorch has one allocator a process, so what it
 * enforces is the sum of the open recognizers' budgets; one of them without a budget lifts the
 * limit.
 */
public final class MemoryBudget implements AutoCloseable {
  private static final Map<Integer, List<MemoryBudget>> OPEN = new HashMap<>();

  private final int device;
  private final long bytes;
  private boolean closed;

  private MemoryBudget(int device, long bytes) {
    this.device = device;
    this.bytes = bytes;
  }

  /** Takes part in a card's limit until closed; 0 bytes: without a budget. */
  public static MemoryBudget open(int device, long bytes) {
    MemoryBudget budget = new MemoryBudget(device, bytes);
    synchronized (OPEN) {
      List<MemoryBudget> open = OPEN.computeIfAbsent(device, key -> new ArrayList<>());
      open.add(budget);
      boolean enforced = false;
      try {
        enforce(device);
        enforced = true;
      } finally {
        if (!enforced) {
          open.remove(budget);
        }
      }
    }
    return budget;
  }

  private static void enforce(int device) {
    List<Long> budgets = OPEN.getOrDefault(device, List.of()).stream().map(b -> b.bytes).toList();
    CudaMemory.limit(device, fraction(budgets, CudaRuntime.totalMemory(device)));
  }

  /** The part of a card of {@code total} bytes that the budgets come to, at most 1. */
  static double fraction(List<Long> budgets, long total) {
    if (budgets.isEmpty() || budgets.contains(0L)) {
      return 1;
    }
    double sum = budgets.stream().mapToDouble(Long::doubleValue).sum();
    return Math.min(1, sum / total);
  }

  @Override
  public void close() {
    synchronized (OPEN) {
      if (!closed) {
        closed = true;
        OPEN.getOrDefault(device, new ArrayList<>()).remove(this);
        enforce(device);
      }
    }
  }
}
