package dev.wwts.internal.serve;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A queue from many threads to some: first come, first served. Who takes may spin briefly before it
 * parks, where the next one is likely to come at once: to wake a thread on another processor takes
 * some 20 microseconds. Who has one thing and waits for more goes before those that have none.
 */
final class HandOver<T> {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** For those who have something and wait for more. */
  private final Condition more = lock.newCondition();

  private final Deque<T> queue = new ArrayDeque<>();
  private final long spin;
  private volatile int size;
  private volatile boolean ended;
  private int gathering;

  /**
   * Makes one.
   *
   * @param spin nanoseconds that a taker spins; none where there is one processor
   */
  HandOver(long spin) {
    this.spin = Runtime.getRuntime().availableProcessors() > 1 ? spin : 0;
  }

  /** Puts something behind the others. */
  void put(T thing) {
    add(thing, false);
  }

  /** Puts something before all others. */
  void putFirst(T thing) {
    add(thing, true);
  }

  private void add(T thing, boolean isFirst) {
    lock.lock();
    try {
      if (isFirst) {
        queue.addFirst(thing);
      } else {
        queue.addLast(thing);
      }
      size = queue.size();
      signal();
    } finally {
      lock.unlock();
    }
  }

  private void signal() {
    (gathering > 0 ? more : changed).signal();
  }

  /** Puts several things behind the others, without anything else between them. */
  void putAll(Iterable<? extends T> things) {
    lock.lock();
    try {
      things.forEach(queue::addLast);
      size = queue.size();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The first thing, waiting for one; null once the queue is empty and {@link #end} was called. */
  @Nullable T take() {
    long start = System.nanoTime();
    while (size == 0 && !ended && System.nanoTime() - start < spin) {
      Thread.onSpinWait();
    }
    lock.lock();
    try {
      while ((queue.isEmpty() || gathering > 0) && !ended) {
        changed.awaitUninterruptibly();
      }
      T first = queue.pollFirst();
      size = queue.size();
      return first;
    } finally {
      lock.unlock();
    }
  }

  /**
   * The first thing, for one who has something already and waits for more.
   *
   * @param left nanoseconds that it still waits, asked anew after each {@link #lookAgain}
   * @return null if none comes in time, or if the first one does not fit
   */
  @Nullable T takeMore(LongSupplier left, Predicate<T> fits) {
    lock.lock();
    gathering++;
    try {
      long nanos = left.getAsLong();
      while (queue.isEmpty() && !ended && nanos > 0) {
        nanos = Math.min(more.awaitNanos(nanos), left.getAsLong());
      }
      T first = queue.peekFirst();
      if (first == null || !fits.test(first)) {
        return null;
      }
      queue.removeFirst();
      size = queue.size();
      return first;
    } catch (InterruptedException e) {
      throw new IllegalStateException("Nobody interrupts who takes.", e);
    } finally {
      gathering--;
      if (!queue.isEmpty()) {
        signal();
      }
      lock.unlock();
    }
  }

  /** Those who have something are to ask again how long they wait for more. */
  void lookAgain() {
    lock.lock();
    try {
      more.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Takes out what nobody wants any more; returns how many. */
  int removeIf(Predicate<T> unwanted) {
    lock.lock();
    try {
      int before = queue.size();
      queue.removeIf(unwanted);
      size = queue.size();
      return before - size;
    } finally {
      lock.unlock();
    }
  }

  /** How many wait; never waits itself. */
  int size() {
    return size;
  }

  /** What is in the queue is still taken; then nobody waits any more. */
  void end() {
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
      more.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
