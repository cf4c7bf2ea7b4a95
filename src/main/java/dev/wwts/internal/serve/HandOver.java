package dev.wwts.internal.serve;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A queue from many threads to some: first come, first served. Who waits is parked: spinning saved
 * nothing on two processors, which those need who have work.
 */
final class HandOver<T> {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<T> queue = new ArrayDeque<>();
  private volatile int size;
  private boolean ended;

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
      changed.signal();
    } finally {
      lock.unlock();
    }
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
    lock.lock();
    try {
      while (queue.isEmpty() && !ended) {
        changed.awaitUninterruptibly();
      }
      T first = queue.pollFirst();
      size = queue.size();
      return first;
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
    } finally {
      lock.unlock();
    }
  }
}
