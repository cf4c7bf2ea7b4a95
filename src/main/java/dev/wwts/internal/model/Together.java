package dev.wwts.internal.model;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Does two things at once: reading a model waits for memory, then for one core. */
final class Together {
  private Together() {}

  /**
   * Runs one on a thread of its own, and the other on this one; ends with both. Where both fail,
   * the first one's failure counts.
   */
  static <T> T run(Runnable first, Supplier<T> second) {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread thread = new Thread(first, "wwts-read");
    thread.setDaemon(true);
    thread.setUncaughtExceptionHandler((ended, error) -> failure.set(error));
    thread.start();
    try {
      T result = second.get();
      join(thread);
      rethrow(failure.get());
      return result;
    } catch (Throwable e) {
      join(thread);
      rethrow(failure.get());
      throw e;
    }
  }

  private static void rethrow(@Nullable Throwable error) {
    if (error instanceof Error fatal) {
      throw fatal;
    }
    if (error instanceof RuntimeException exception) {
      throw exception;
    }
  }

  /** An interrupt is kept for later: the thread works on memory that its caller will free. */
  private static void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
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
