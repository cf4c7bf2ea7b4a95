package dev.wwts.torch;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;

/**
 * Runs LibTorch's parser, compiler and passes on a thread whose stack carries them. They recurse
 * over what a file holds, and a Java thread's own megabyte ends within a few hundred levels, the
 * process with it. What the check of a file's code lets through takes less than a tenth of this
 * stack.
 */
final class LoadThread {
  /** Reserved, not taken: pages cost memory once they are reached. */
  private static final long STACK = 256L << 20;

  private LoadThread() {}

  /**
   * Makes something in inference mode that then belongs to the caller's pointer scope. The thread
   * ends with it, and so do OpenMP's threads, if it started some. An interrupt of the caller is
   * kept for later: native code can't be stopped.
   */
  static <T extends Pointer> T call(Supplier<T> work) {
    AtomicReference<T> result = new AtomicReference<>();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread thread =
        new Thread(
            null,
            () ->
                NativeScope.inference(
                    () -> {
                      T made = work.get();
                      made.retainReference();
                      result.set(made);
                      return made;
                    }),
            "wwts-load",
            STACK);
    thread.setDaemon(true);
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
    T made = result.get();
    PointerScope scope = PointerScope.getInnerScope();
    if (scope != null) {
      scope.attach(made);
      made.releaseReference();
    }
    return made;
  }

  private static void join(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
