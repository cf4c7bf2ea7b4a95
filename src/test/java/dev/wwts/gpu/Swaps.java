package dev.wwts.gpu;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.Recognizer;
import dev.wwts.internal.cuda.CudaMemory;
import dev.wwts.internal.cuda.Nvml;
import dev.wwts.report.ProcessMemory;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Two models of different size, each loaded while the other is open. Memory is compared with the
 * same model open at both ends, so that what the open one takes does not hide growth.
 */
final class Swaps {
  /** Loads until allocators, code caches and the handles of libraries have found their size. */
  private static final int WARM = 8;

  /** Blocks of a few bytes come in pieces of 2 MiB: one more may be begun, none at each swap. */
  private static final long MOST_ALLOCATED = 2L << 20;

  /** Two of the allocator's common segments of 20 MiB, which blocks may lie in otherwise. */
  private static final long MOST_RESERVED = 40L << 20;

  /** The driver's own: code of kernels first used later, graphs' nodes. 65 KB a swap would show. */
  private static final long MOST_USED = 64L << 20;

  /** malloc's arenas; the heap's growth is left out. 65 KB a swap would show. */
  private static final long MOST_RESIDENT = 64L << 20;

  private final Place place;

  Swaps(Place place) {
    this.place = place;
  }

  /** Bytes; 0 or -1 where nothing tells. */
  private record Memory(long allocated, long reserved, long used, long resident) {}

  private Memory now() {
    int card = place.device().index();
    boolean cuda = place.isCuda();
    long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getCommitted();
    return new Memory(
        cuda ? CudaMemory.allocated(card) : 0,
        cuda ? CudaMemory.reserved(card) : 0,
        cuda ? Nvml.usedMemory(card) : -1,
        ProcessMemory.resident() - heap);
  }

  /**
   * As many swaps as there is time for; fewer than asked for are no success.
   *
   * @param swaps an even number, after which the first model is open
   * @param secondsLeft until the last swap should be done
   */
  boolean run(
      List<Path> models, byte[] picture, int swaps, LongSupplier secondsLeft, ObjectNode figures) {
    List<Path> two = List.of(models.get(0), models.get(models.size() - 1));
    figures
        .put("models", two.stream().map(Path::getFileName).toList().toString())
        .put("asked for", swaps);
    Memory first = null;
    Memory last;
    int done = 0;
    Recognizer current = load(two.get(0));
    try {
      long longest = 0;
      while (done < swaps && (secondsLeft.getAsLong() > 2 * longest || done % 2 == 1)) {
        long start = System.nanoTime();
        Recognizer next = load(two.get((done + 1) % 2));
        Recognizer before = current;
        current = next;
        try {
          next.recognize(picture);
        } finally {
          before.close();
        }
        done++;
        longest = Math.max(longest, (System.nanoTime() - start) / 1_000_000_000L);
        if (done == Math.min(WARM, swaps / 2 / 2 * 2)) {
          first = now();
        }
      }
      last = now();
    } finally {
      current.close();
    }
    figures.put("swaps", done);
    if (first == null || (done <= WARM && done < swaps)) {
      throw new Checks.Skip("too few swaps to compare: " + done);
    }
    boolean steady =
        steady("allocated", first.allocated(), last.allocated(), MOST_ALLOCATED, figures);
    steady &= steady("reserved", first.reserved(), last.reserved(), MOST_RESERVED, figures);
    steady &= steady("used, by NVML", first.used(), last.used(), MOST_USED, figures);
    steady &= steady("RSS without heap", first.resident(), last.resident(), MOST_RESIDENT, figures);
    if (steady && done < swaps) {
      throw new Checks.Skip(
          "no growth in %d of %d swaps, then out of time: run with wwts.check.only=^swaps"
              .formatted(done, swaps));
    }
    return steady;
  }

  private Recognizer load(Path model) {
    return Recognizer.builder(model).device(place.device()).lanes(1).load();
  }

  private static boolean steady(String what, long first, long last, long most, ObjectNode figures) {
    figures.put(what + " after warm swaps", first).put(what + " at the end", last);
    return last - first <= most;
  }
}
