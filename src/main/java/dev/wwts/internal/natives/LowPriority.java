package dev.wwts.internal.natives;

import dev.wwts.internal.threads.Uninterrupted;
import java.util.function.Supplier;

/**
 * Work beside calls that go on: what a thread of Java's lowest priority asks for, which Linux does
 * not hear of, is done in one of the system's low priority. Threads that it starts have that too,
 * so it starts none that outlive it.
 */
public final class LowPriority {
  private LowPriority() {}

  /** Whether the caller's work is to leave the processors to others. */
  public static boolean isAsked() {
    return Thread.currentThread().getPriority() == Thread.MIN_PRIORITY;
  }

  /** Does it, in this thread where it is not to. */
  public static <T> T call(Supplier<T> work) {
    if (!isAsked()) {
      return work.get();
    }
    return Uninterrupted.call(
        LowPriority::thread,
        () -> {
          LibC.lowerPriority();
          return work.get();
        });
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "wwts-read");
    thread.setDaemon(true);
    return thread;
  }
}
