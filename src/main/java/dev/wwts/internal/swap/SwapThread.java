package dev.wwts.internal.swap;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs what a slot does beside its calls on threads of Java's lowest priority, for which LibTorch's
 * loading takes the system's low one.
 */
public final class SwapThread {
  private SwapThread() {}

  /**
   * A daemon that inherits nothing of the starting thread, which may be another application's. Its
   * priority is for LoadThread to see: the scheduler may heed it or not.
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
    AtomicReference<@Nullable T> result = new AtomicReference<>();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Thread thread = of(() -> result.set(work.get()), "wwts-swap");
    thread.setUncaughtExceptionHandler((ended, error) -> failure.set(error));
    thread.start();
    join(thread);
    Throwable error = failure.get();
    if (error instanceof Error fatal) {
      throw fatal;
    }
    if (error instanceof RuntimeException exception) {
      throw exception;
    }
    return Objects.requireNonNull(result.get());
  }

  /** Waits for a thread's end, unless it is the waiting one; an interrupt is kept for later. */
  static void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive() && !thread.equals(Thread.currentThread())) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
