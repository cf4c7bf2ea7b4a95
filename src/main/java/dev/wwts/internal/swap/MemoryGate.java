package dev.wwts.internal.swap;

import dev.wwts.DeviceException;
import dev.wwts.SwapException;
import dev.wwts.SwapException.Reason;
import dev.wwts.internal.model.WeightWidth;
import dev.wwts.internal.natives.MemoryLeft;
import dev.wwts.internal.natives.MemoryLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Lets one model after the other be loaded, each only if the process has the memory for it beside
 * what it holds. Slots that share a gate share its limit.
 */
public final class MemoryGate {
  /**
   * What loading takes at its peak, in files, and {@link #ROOM}: MobileNetV2, ViT-B/16 and
   * ResNeSt-101 took 2.1 of theirs and 60 MB on a processor, which packs the weights anew beside
   * the file's bytes. A ViT-B/16 of half-precision weights, which it widens first, took 3.8.
   */
  private static final double FILES = 2.2;

  private static final double HALF_FILES = 4;

  private static final long ROOM = 64L << 20;

  private final long limit;
  private final ReentrantLock loading = new ReentrantLock(true);

  /**
   * Makes one.
   *
   * @param limit bytes that the process may have resident, 0: what machine and container have
   */
  public MemoryGate(long limit) {
    this.limit = limit;
  }

  /**
   * Loads a file's model when its turn comes.
   *
   * @throws SwapException if there is not the memory
   * @throws DeviceException if JavaCPP's limit is too low
   */
  public <T> T load(Path file, Supplier<T> work) {
    loading.lock();
    try {
      require(file);
      return work.get();
    } finally {
      loading.unlock();
    }
  }

  private void require(Path file) {
    long need = need(file);
    MemoryLeft left = MemoryLeft.here(limit, need);
    MemoryLimits.require(need);
    if (left.bytes() < need) {
      throw new SwapException(
          Reason.MEMORY,
          "%s takes about %,d MB while it is loaded, and %s %,d: it needs a higher limit, a smaller file or one model less beside it."
              .formatted(file, need >> 20, left.within(), Math.max(0, left.bytes() >> 20)));
    }
  }

  /** Bytes; a file that is not there takes none, which loading it will tell. */
  private static long need(Path file) {
    try {
      return (long) (Files.size(file) * (WeightWidth.isHalf(file) ? HALF_FILES : FILES)) + ROOM;
    } catch (IOException e) {
      return 0;
    }
  }
}
