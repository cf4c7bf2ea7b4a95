package dev.wwts.internal.serve;

import java.lang.ref.ReferenceQueue;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for what is forgotten, and tells of it. The thread for that is there while something may
 * be, no longer, as it would keep the class loader of an application that was taken down.
 */
final class Leaks {
  private static final Logger LOG = LoggerFactory.getLogger(Leaks.class);
  private static final Object LOCK = new Object();

  /** Where those come that nobody refers to any more. */
  static final ReferenceQueue<Object> FORGOTTEN = new ReferenceQueue<>();

  /** What may be forgotten yet, kept here, or the reference that tells would go with it. */
  private static final Set<Forgotten> WATCHED = new HashSet<>();

  private static @Nullable Thread thread;

  /** Told of each as well, with where it was made; tests fail then. */
  static volatile Consumer<Throwable> alsoTold = origin -> {};

  private Leaks() {}

  /** Tells of something when it is forgotten, unless it is released before. */
  static void watch(Forgotten it) {
    synchronized (LOCK) {
      WATCHED.add(it);
      if (thread == null) {
        Thread made = ServiceThread.of(Leaks::await, "wwts-forgotten");
        try {
          made.start();
          thread = made;
        } catch (OutOfMemoryError e) {
          LOG.debug("There is no thread that would tell of what is forgotten.", e);
        }
      }
    }
  }

  /** It was closed, asked or told; returns whether it was none of it before. */
  static boolean release(Forgotten it) {
    synchronized (LOCK) {
      boolean isFirst = WATCHED.remove(it);
      Thread waiting = thread;
      if (isFirst && WATCHED.isEmpty() && waiting != null) {
        waiting.interrupt();
      }
      return isFirst;
    }
  }

  /** What may be forgotten yet. */
  static Set<Forgotten> watched() {
    synchronized (LOCK) {
      return Set.copyOf(WATCHED);
    }
  }

  private static void await() {
    while (isNeeded()) {
      try {
        Forgotten it = (Forgotten) FORGOTTEN.remove();
        if (release(it)) {
          it.tell();
        }
      } catch (InterruptedException e) {
        // perhaps nothing is left
      } catch (Throwable e) {
        // an Error too: others may be forgotten yet
        LOG.debug("What was forgotten could not be told.", e);
      }
    }
  }

  private static boolean isNeeded() {
    synchronized (LOCK) {
      if (WATCHED.isEmpty()) {
        thread = null;
      }
      return thread != null;
    }
  }
}
