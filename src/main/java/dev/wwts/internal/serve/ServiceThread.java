package dev.wwts.internal.serve;

import dev.wwts.internal.threads.Uninterrupted;
import java.util.List;

/** Makes the threads of a service: daemons that inherit nothing of whoever loads a model. */
final class ServiceThread {
  private ServiceThread() {}

  /** It may be another application's class loader and thread locals that the maker has. */
  static Thread of(Runnable work, String name) {
    Thread thread = new Thread(null, work, name, 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(null);
    restore(thread);
    return thread;
  }

  /** What is loaded at low priority answers at the usual one. */
  @SuppressWarnings("ThreadPriorityCheck")
  private static void restore(Thread thread) {
    thread.setPriority(Thread.NORM_PRIORITY);
  }

  /**
   * Refuses to wait in one of these threads for what it has to do itself.
   *
   * @throws IllegalStateException if this is one of them
   */
  static void requireOther(List<Thread> threads) {
    if (threads.contains(Thread.currentThread())) {
      throw new IllegalStateException(
          "A listener runs in a thread of the recognizer's own, which would wait for itself: ask or close that recognizer from another thread.");
    }
  }

  /** Waits for threads that are ending; an interrupt is kept for later. */
  static void join(Iterable<Thread> threads) {
    threads.forEach(Uninterrupted::join);
  }
}
