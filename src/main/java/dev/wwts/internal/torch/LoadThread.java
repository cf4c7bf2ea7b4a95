package dev.wwts.internal.torch;

import dev.wwts.internal.natives.LibC;
import dev.wwts.internal.natives.LowPriority;
import dev.wwts.internal.threads.Uninterrupted;
import java.util.function.Supplier;
import org.bytedeco.pytorch.global.torch;

/**
 * Runs LibTorch's parser, compiler and passes on a thread whose stack carries them. They recurse
 * over what a file holds, and a Java thread's own megabyte ends within a few hundred levels, the
 * process with it. What the check of a file's code lets through takes less than a tenth of this
 * stack.
 */
public final class LoadThread {
  /** Reserved, not taken: pages cost memory once they are reached. */
  private static final long STACK = 256L << 20;

  private static final int MOST_PARKED = 8;

  private LoadThread() {}

  /**
   * Does something in inference mode and a pointer scope of its own, with as many threads for
   * LibTorch's loops as the caller has. The thread ends with it, and so do OpenMP's threads, if it
   * started some. A caller of Java's lowest priority, which Linux does not hear of, is given a low
   * one there too. An interrupt of the caller is kept for later: native code can't be stopped.
   */
  public static <T> T call(Supplier<T> work) {
    int threads = torch.get_num_threads();
    return Uninterrupted.call(
        LoadThread::thread,
        () -> {
          if (LowPriority.isAsked()) {
            LibC.lowerPriority();
          }
          LibTorch.useThreads(threads);
          return withBriefSpins(threads, () -> NativeScope.inference(work));
        });
  }

  /**
   * A load runs beside calls, other loads and whatever a starting service does: where its threads
   * spin for long at each loop's end, it takes ten times as long. Where many more processors than
   * threads are, each finds one, and a container's limit of threads is soon reached.
   */
  private static <T> T withBriefSpins(int threads, Supplier<T> work) {
    int missing = LibTorch.processors() + 1 - threads;
    if (threads == 1 || missing < 1 || missing > MOST_PARKED) {
      return work.get();
    }
    ParkedTeam team = new ParkedTeam(missing + 1);
    try {
      return work.get();
    } finally {
      team.close();
    }
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(null, task, "wwts-load", STACK);
    thread.setDaemon(true);
    return thread;
  }
}
