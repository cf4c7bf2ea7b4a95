package dev.wwts.internal.serve;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jetbrains.lincheck.Lincheck;

/**
 * Runs some code again and again, each time with another order in which its threads get on, and
 * tells of the first that fails: Lincheck's model checker, which changes threads at every look at
 * what they share and sees those that wait for each other.
 */
final class Interleavings {
  /** So many orders; {@code -Dwwts.interleavings} asks for more. */
  private static final int ORDERS = Integer.getInteger("wwts.interleavings", 200);

  private Interleavings() {}

  /** What {@code code} gives is to be {@code expected}, always. */
  static void explore(Object expected, Supplier<?> code) {
    Lincheck.runConcurrentTest(
        ORDERS,
        () -> {
          Object result = code.get();
          if (!expected.equals(result)) {
            throw new AssertionError(expected + " expected, but was " + result);
          }
        });
  }

  /** Runs each in a thread, to the end of all. */
  static void run(Runnable... bodies) {
    List<Thread> threads = new ArrayList<>();
    for (Runnable body : bodies) {
      Thread thread = new Thread(body);
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
