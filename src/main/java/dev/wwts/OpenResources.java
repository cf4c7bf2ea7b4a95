package dev.wwts;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all open recognizers own: closed at the JVM's end, and where their recognizer was forgotten.
 *
 * <p>The shutdown hook and the thread that waits for forgotten ones are there while a recognizer is
 * open, no longer: either would keep the class loader of an application that was taken down.
 */
final class OpenResources {
  private static final Logger LOG = LoggerFactory.getLogger(OpenResources.class);
  private static final long SHUTDOWN_SECONDS = 10;
  private static final Object LOCK = new Object();

  /** Each with what tells that its recognizer was forgotten. */
  private static final Map<Resources, List<Guard>> OPEN = new HashMap<>();

  private static @Nullable Watch watch;

  private OpenResources() {}

  static void add(Resources resources) {
    synchronized (LOCK) {
      OPEN.put(resources, new ArrayList<>(1));
      if (watch == null) {
        watch = new Watch();
      }
    }
  }

  static void remove(Resources resources) {
    synchronized (LOCK) {
      OPEN.remove(resources);
      Watch last = watch;
      if (OPEN.isEmpty() && last != null) {
        watch = null;
        last.end();
      }
    }
  }

  /** Frees {@code resources} when {@code owner} was forgotten. */
  static void guard(Recognizer owner, Resources resources) {
    synchronized (LOCK) {
      List<Guard> guards = OPEN.get(resources);
      Watch current = watch;
      if (guards != null && current != null) {
        guards.add(new Guard(owner, resources, current.forgotten));
      }
    }
  }

  /** A recognizer that nobody refers to any more has left its resources open. */
  private static final class Guard extends PhantomReference<Recognizer> {
    private final Resources resources;

    Guard(Recognizer owner, Resources resources, ReferenceQueue<Recognizer> queue) {
      super(owner, queue);
      this.resources = resources;
    }

    void closeForgotten() {
      if (resources.isOpen()) {
        LOG.warn("A recognizer was dropped without close(): freeing it now.");
        try {
          resources.close();
        } catch (RuntimeException e) {
          LOG.warn("A forgotten recognizer could not be freed.", e);
        }
      }
    }
  }

  /** Hook and thread, from the first open recognizer to the last. */
  private static final class Watch {
    final ReferenceQueue<Recognizer> forgotten = new ReferenceQueue<>();
    private final Thread hook = thread(OpenResources::shutDown, "wwts-shutdown");
    private final Thread thread = thread(this::watch, "wwts-forgotten");

    Watch() {
      thread.setDaemon(true);
      thread.start();
      try {
        Runtime.getRuntime().addShutdownHook(hook);
      } catch (IllegalStateException e) {
        LOG.debug("The JVM is ending already.", e);
      }
    }

    /** Without what the opening thread has inherited: it may belong to another application. */
    private static Thread thread(Runnable work, String name) {
      Thread thread = new Thread(null, work, name, 0, false);
      thread.setContextClassLoader(null);
      return thread;
    }

    private void watch() {
      try {
        while (true) {
          ((Guard) forgotten.remove()).closeForgotten();
        }
      } catch (InterruptedException e) {
        // the last recognizer is closed
      }
    }

    void end() {
      thread.interrupt();
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        LOG.debug("The JVM is ending already.", e);
      }
    }
  }

  private static void shutDown() {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SHUTDOWN_SECONDS);
    List<Resources> open;
    synchronized (LOCK) {
      open = List.copyOf(OPEN.keySet());
    }
    for (Resources resources : open) {
      try {
        if (!resources.close(deadline - System.nanoTime())) {
          LOG.warn("A call was still running after {} s at the JVM's end.", SHUTDOWN_SECONDS);
        }
      } catch (RuntimeException e) {
        LOG.warn("A recognizer could not be freed at the JVM's end.", e);
      }
    }
  }
}
