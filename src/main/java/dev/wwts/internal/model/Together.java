package dev.wwts.internal.model;

import dev.wwts.internal.threads.Uninterrupted;
import java.util.function.Supplier;

/** Does two things at once: reading a model waits for memory, then for one core. */
final class Together {
  private Together() {}

  /**
   * Runs one on a thread of its own, and the other on this one; ends with both. Where both fail,
   * the first one's failure counts.
   */
  static <T> T run(Runnable first, Supplier<T> second) {
    Runnable end = Uninterrupted.begin(Together::thread, first);
    T result;
    try {
      result = second.get();
    } catch (Throwable e) {
      end.run();
      throw e;
    }
    end.run();
    return result;
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "wwts-read");
    thread.setDaemon(true);
    return thread;
  }
}
