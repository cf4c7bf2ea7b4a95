package dev.wwts.internal.threads;

import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Waits for what must not be left half done, such as native code on memory that the waiting thread
 * will free: an interrupt meanwhile is kept for later.
 */
public final class Uninterrupted {
  private Uninterrupted() {}

  private interface Wait {
    boolean run() throws InterruptedException;
  }

  /** Waits so many nanoseconds at most; returns whether what it waits for came. */
  public interface TimedWait {
    /** Once; again with what is left where it was interrupted. */
    boolean within(long nanos) throws InterruptedException;
  }

  private static boolean done(Wait wait) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return wait.run();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Waits so many nanoseconds at most. */
  public static boolean within(long nanos, TimedWait wait) {
    long start = System.nanoTime();
    return done(() -> wait.within(nanos - (System.nanoTime() - start)));
  }

  /** Waits until a latch is open, so many nanoseconds at most. */
  public static boolean await(CountDownLatch latch, long nanos) {
    return within(nanos, left -> latch.await(left, TimeUnit.NANOSECONDS));
  }

  /** Waits for a thread's end, unless it has not begun or is the waiting one. */
  public static void join(Thread thread) {
    done(
        () -> {
          while (thread.isAlive() && !thread.equals(Thread.currentThread())) {
            thread.join();
          }
          return true;
        });
  }

  /**
   * Does something in another thread and waits for it; what it throws is thrown here.
   *
   * @param maker makes a thread that is not begun
   */
  public static <T> T call(Function<Runnable, Thread> maker, Supplier<T> work) {
    AtomicReference<@Nullable T> result = new AtomicReference<>();
    begin(maker, () -> result.set(work.get())).run();
    return Objects.requireNonNull(result.get());
  }

  /**
   * The same, to be waited for later.
   *
   * @return waits for it
   */
  public static Runnable begin(Function<Runnable, Thread> maker, Runnable work) {
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Thread thread = maker.apply(work);
    thread.setUncaughtExceptionHandler((ended, error) -> failure.set(error));
    thread.start();
    return () -> {
      join(thread);
      Throwable error = failure.get();
      if (error instanceof Error fatal) {
        throw fatal;
      }
      if (error instanceof RuntimeException exception) {
        throw exception;
      }
    };
  }
}
