package dev.wwts.internal.serve;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A queue from many threads to some: what comes first is taken first, by the thread that waits
 * since last, whose caches are warm. Who takes may spin briefly before it parks, where the next one
 * is likely to come at once: to wake a thread on another processor takes some 20 microseconds. Who
 * has one thing and waits for more goes before those that have none.
 */
final class HandOver<T> {
  private final ReentrantLock lock = new ReentrantLock();

  /** For those who have something and wait for more. */
  private final Condition more = lock.newCondition();

  private final Deque<T> queue = new ArrayDeque<>();

  /** Who has nothing and waits, the last one first; what comes goes to them, if nobody gathers. */
  private final Deque<Taker<T>> takers = new ArrayDeque<>();

  private final long spin;
  private volatile int size;
  private boolean ended;
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
    Taker<T> taker = null;
    lock.lock();
    try {
      if (gathering == 0) {
        taker = takers.pollFirst();
      }
      if (taker == null && isFirst) {
        queue.addFirst(thing);
      } else if (taker == null) {
        queue.addLast(thing);
      }
      size = queue.size();
      if (gathering > 0) {
        more.signal();
      }
    } finally {
      lock.unlock();
    }
    if (taker != null) {
      taker.give(thing);
    }
  }

  /** Puts several things behind the others, without anything else between them. */
  void putAll(Iterable<? extends T> things) {
    lock.lock();
    try {
      things.forEach(queue::addLast);
      handOut();
    } finally {
      lock.unlock();
    }
  }

  /** Gives what is in the queue to those who wait, if nobody gathers. */
  private void handOut() {
    if (gathering > 0 && !queue.isEmpty()) {
      more.signal();
    } else {
      while (!queue.isEmpty() && !takers.isEmpty()) {
        takers.removeFirst().give(queue.removeFirst());
      }
    }
    size = queue.size();
  }

  /** The first thing, waiting for one; null once the queue is empty and {@link #end} was called. */
  @Nullable T take() {
    Taker<T> taker = new Taker<>();
    lock.lock();
    try {
      T first = gathering > 0 && !ended ? null : queue.pollFirst();
      if (first != null || ended) {
        size = queue.size();
        return first;
      }
      takers.addFirst(taker);
    } finally {
      lock.unlock();
    }
    return taker.await(spin);
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
      return first == null || !fits.test(first) ? null : queue.removeFirst();
    } catch (InterruptedException e) {
      throw new IllegalStateException("Nobody interrupts who takes.", e);
    } finally {
      gathering--;
      handOut();
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
      takers.forEach(taker -> taker.give(null));
      takers.clear();
      more.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** A thread that waits for what it is given. */
  private static final class Taker<T> {
    private final Thread thread = Thread.currentThread();
    private @Nullable T thing;
    private volatile boolean given;
    private volatile boolean parks;

    /** Once, from any thread. */
    void give(@Nullable T value) {
      thing = value;
      given = true;
      if (parks) {
        LockSupport.unpark(thread);
      }
    }

    @Nullable T await(long spin) {
      long start = System.nanoTime();
      while (!given && System.nanoTime() - start < spin) {
        Thread.onSpinWait();
      }
      boolean interrupted = false;
      parks = true;
      while (!given) {
        LockSupport.park(this);
        interrupted |= Thread.interrupted();
      }
      if (interrupted) {
        thread.interrupt();
      }
      return thing;
    }
  }
}
