package dev.wwts.internal.swap;

import dev.wwts.internal.threads.Uninterrupted;
import java.util.function.Supplier;

/**
 * Runs what a slot does beside its calls on threads of Java's lowest priority, for which loading
 * takes the system's low one.
 */
public final class SwapThread {
  private SwapThread() {}

  /**
   * A daemon that inherits nothing of the starting thread, which may be another application's. Its
   * priority is for LowPriority to see: the scheduler may heed it or not.
   */
  @SuppressWarnings("ThreadPriorityCheck")
  public static Thread of(Runnable work, String name) {
    Thread thread = new Thread(null, work, name, 0, false);
    thread.setContextClassLoader(null);
    thread.setDaemon(true);
    thread.setPriority(Thread.MIN_PRIORITY);
    return thread;
  }

  /** Waits for work; an interrupt is kept for later, as native code can't be stopped. */
  public static <T> T call(Supplier<T> work) {
    return Uninterrupted.call(task -> of(task, "wwts-swap"), work);
  }
}
