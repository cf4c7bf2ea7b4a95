package dev.wwts.internal.serve;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A queue from many threads to some: what comes first is taken first, by the thread that waits
 * since last, whose caches are warm. Who takes may spin briefly before it parks, where the next one
 * is likely to come at once: to wake a thread on another processor takes some 20 microseconds. Who
 * has something and waits for more goes before those that have nothing.
 */
final class HandOver<T> {
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<T> queue = new ArrayDeque<>();

  /** Who waits, the last one first; there is none while something is in the queue. */
  private final Deque<Taker<T>> takers = new ArrayDeque<>();

  /** Who waits for more, the first one first; there is none while something is in the queue. */
  private final Deque<Gatherer<T>> gatherers = new ArrayDeque<>();

  private final long spin;
  private final LongSupplier clock;
  private volatile int size;
  private boolean ended;

  /**
   * Makes one.
   *
   * @param spin nanoseconds that a taker spins; none where there is one processor
   */
  HandOver(long spin) {
    this(Runtime.getRuntime().availableProcessors() > 1 ? spin : 0, System::nanoTime);
  }

  HandOver(long spin, LongSupplier clock) {
    this.spin = spin;
    this.clock = clock;
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
    Taker<T> taker;
    lock.lock();
    try {
      taker = takerOf(thing);
      if (taker == null && isFirst) {
        queue.addFirst(thing);
      } else if (taker == null) {
        queue.addLast(thing);
      }
      size = queue.size();
    } finally {
      lock.unlock();
    }
    if (taker != null) {
      taker.give(thing);
    }
  }

  /** Those for whom it is too much wait no longer. */
  private @Nullable Taker<T> takerOf(T thing) {
    Gatherer<T> gatherer = gatherers.pollFirst();
    while (gatherer != null && !gatherer.fits.test(thing)) {
      gatherer.give(null);
      gatherer = gatherers.pollFirst();
    }
    return gatherer != null ? gatherer : takers.pollFirst();
  }

  /** Puts several things behind the others, without anything else between them. */
  void putAll(Iterable<? extends T> things) {
    lock.lock();
    try {
      for (T thing : things) {
        Taker<T> taker = takerOf(thing);
        if (taker == null) {
          queue.addLast(thing);
        } else {
          taker.give(thing);
        }
      }
      size = queue.size();
    } finally {
      lock.unlock();
    }
  }

  /** The first thing, waiting for one; null once the queue is empty and {@link #end} was called. */
  @Nullable T take() {
    Taker<T> taker = new Taker<>(clock);
    lock.lock();
    try {
      T first = queue.pollFirst();
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
   * @param left nanoseconds that it still waits, asked anew at each {@link #lookAgain}
   * @return null if none comes in time, or if the first one does not fit
   */
  @Nullable T takeMore(LongSupplier left, Predicate<T> fits) {
    Gatherer<T> gatherer = new Gatherer<>(clock, left, fits);
    long nanos;
    lock.lock();
    try {
      T first = queue.peekFirst();
      if (first != null && fits.test(first)) {
        queue.removeFirst();
        size = queue.size();
        return first;
      }
      nanos = left.getAsLong();
      if (first != null || ended || nanos <= 0) {
        return null;
      }
      gatherers.addLast(gatherer);
    } finally {
      lock.unlock();
    }
    return gatherer.isGivenWithin(nanos) || !isWithdrawn(gatherer) ? gatherer.await(spin) : null;
  }

  private boolean isWithdrawn(Gatherer<T> gatherer) {
    lock.lock();
    try {
      return gatherers.remove(gatherer);
    } finally {
      lock.unlock();
    }
  }

  /** Who waits for more is to ask again for how long. */
  void lookAgain() {
    lock.lock();
    try {
      gatherers.removeIf(
          gatherer -> {
            boolean isOver = gatherer.left.getAsLong() <= 0;
            if (isOver) {
              gatherer.give(null);
            }
            return isOver;
          });
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
      gatherers.forEach(gatherer -> gatherer.give(null));
      gatherers.clear();
    } finally {
      lock.unlock();
    }
  }

  /** A thread that waits for what it is given. */
  static class Taker<T> {
    private final Thread thread = Thread.currentThread();
    private @Nullable T thing;
    private final LongSupplier clock;
    private volatile boolean given;
    private volatile boolean parks;

    Taker(LongSupplier clock) {
      this.clock = clock;
    }

    /** Once, from any thread. */
    void give(@Nullable T value) {
      thing = value;
      given = true;
      if (parks) {
        LockSupport.unpark(thread);
      }
    }

    boolean isGivenWithin(long nanos) {
      long start = clock.getAsLong();
      boolean interrupted = false;
      parks = true;
      while (!given && clock.getAsLong() - start < nanos) {
        LockSupport.parkNanos(this, nanos - (clock.getAsLong() - start));
        interrupted |= Thread.interrupted();
      }
      if (interrupted) {
        thread.interrupt();
      }
      return given;
    }

    @Nullable T await(long spin) {
      long start = clock.getAsLong();
      while (!given && clock.getAsLong() - start < spin) {
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

  /** One that has something. */
  private static final class Gatherer<T> extends Taker<T> {
    private final LongSupplier left;
    private final Predicate<T> fits;

    Gatherer(LongSupplier clock, LongSupplier left, Predicate<T> fits) {
      super(clock);
      this.left = left;
      this.fits = fits;
    }
  }
}
