package dev.wwts.internal.serve;

import dev.wwts.RecognizerClosedException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The services of all open recognizers, closed at the JVM's end. The shutdown hook is there while a
 * recognizer is open, no longer: it would keep the class loader of an application that was taken
 * down.
 */
final class OpenServices {
  private static final Logger LOG = LoggerFactory.getLogger(OpenServices.class);
  private static final long SHUTDOWN_SECONDS = 10;
  private static final long LOAD_SECONDS = 20;

  /** An owner without calls for so long has no more of them. */
  private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final long LOOK_MILLIS = 20;
  private static final Object LOCK = new Object();
  private static final Set<Service> OPEN = new HashSet<>();

  private static @Nullable Thread hook;

  /** Loads under way. */
  private static int loads;

  private OpenServices() {}

  /**
   * Loads a model; the JVM's end waits for it.
   *
   * @throws RecognizerClosedException if the JVM is ending
   */
  static <T> T load(Supplier<T> work) {
    synchronized (LOCK) {
      if (isEnding()) {
        throw new RecognizerClosedException("The JVM is ending: no model is loaded any more.");
      }
      start();
      loads++;
    }
    try {
      return work.get();
    } finally {
      synchronized (LOCK) {
        loads--;
        LOCK.notifyAll();
        endWhereIdle();
      }
    }
  }

  /** Java tells nobody but who adds a hook or takes one away. */
  private static boolean isEnding() {
    try {
      Runtime.getRuntime().removeShutdownHook(new Thread(() -> {}));
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }

  private static void start() {
    if (hook == null) {
      Thread made = ServiceThread.of(OpenServices::shutDown, "wwts-shutdown");
      hook = made;
      try {
        Runtime.getRuntime().addShutdownHook(made);
      } catch (IllegalStateException e) {
        LOG.debug("The JVM is ending already.", e);
      }
    }
  }

  private static void endWhereIdle() {
    Thread last = hook;
    if (OPEN.isEmpty() && loads == 0 && last != null) {
      hook = null;
      try {
        Runtime.getRuntime().removeShutdownHook(last);
      } catch (IllegalStateException e) {
        LOG.debug("The JVM is ending already.", e);
      }
    }
  }

  static void add(Service service) {
    synchronized (LOCK) {
      OPEN.add(service);
      start();
    }
  }

  static void remove(Service service) {
    synchronized (LOCK) {
      OPEN.remove(service);
      endWhereIdle();
    }
  }

  /** What is open now. */
  static Set<Service> open() {
    synchronized (LOCK) {
      return Set.copyOf(OPEN);
    }
  }

  /**
   * At the JVM's end: lets the owners end first, who may still be answering, then frees what is
   * left, as native code must not run while its libraries are torn down.
   */
  static void shutDown() {
    awaitLoads();
    List<Service> open;
    synchronized (LOCK) {
      open = OPEN.stream().filter(each -> each.settings().shutdownHook()).toList();
    }
    open.forEach(OpenServices::awaitOwner);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SHUTDOWN_SECONDS);
    for (Service service : open) {
      try {
        if (!service.close(deadline - System.nanoTime())) {
          LOG.warn("A call was still running after {} s at the JVM's end.", SHUTDOWN_SECONDS);
        }
      } catch (Throwable e) {
        // an Error too: the others are still to be freed
        LOG.warn("A recognizer could not be freed at the JVM's end.", e);
      }
    }
  }

  private static void awaitLoads() {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LOAD_SECONDS);
    synchronized (LOCK) {
      try {
        long left = LOAD_SECONDS * 1000;
        while (loads > 0 && left > 0) {
          LOCK.wait(left);
          left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        }
      } catch (InterruptedException e) {
        // the JVM ends without waiting
      }
      if (loads > 0) {
        LOG.warn("A model was still being loaded after {} s at the JVM's end.", LOAD_SECONDS);
      }
    }
  }

  /**
   * Waits until a service's owner closes it, no call has come for a while, or its grace is over.
   */
  private static void awaitOwner(Service service) {
    long start = System.nanoTime();
    long quiet = start;
    long accepted = service.stats().accepted();
    while (service.isOpen()
        && System.nanoTime() - start < service.settings().shutdownGrace()
        && System.nanoTime() - quiet < QUIET_NANOS) {
      long now = service.stats().accepted();
      if (now != accepted || service.inFlight() > 0) {
        accepted = now;
        quiet = System.nanoTime();
      }
      try {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }
}
