package dev.wwts;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Hands workers out, one call each, last used first, made when they are first needed. Closing waits
 * until all are back: a call in flight is never robbed of its memory.
 */
final class WorkerPool {
  private final int size;
  private final Supplier<Worker> factory;
  private final Semaphore permits;
  private final Deque<Worker> idle = new ArrayDeque<>();
  private volatile boolean closed;

  WorkerPool(int size, Supplier<Worker> factory) {
    this.size = size;
    this.factory = factory;
    this.permits = new Semaphore(size, true);
  }

  /**
   * A worker, waiting for one if all are busy; the caller gives it back.
   *
   * @throws IllegalStateException after {@link #close}
   */
  Worker take() {
    requireOpen();
    permits.acquireUninterruptibly();
    try {
      requireOpen();
      Worker worker;
      synchronized (idle) {
        worker = idle.pollFirst();
      }
      return worker == null ? factory.get() : worker;
    } catch (Throwable e) {
      permits.release();
      throw e;
    }
  }

  void give(Worker worker) {
    synchronized (idle) {
      // those that only a burst needs would else keep what it took
      idle.forEach(Worker::rest);
      idle.addFirst(worker);
    }
    permits.release();
  }

  /** Makes all workers and does something with each, one after the other. */
  void withAll(Consumer<Worker> use) {
    List<Worker> taken = new ArrayList<>();
    try {
      for (int i = 0; i < size; i++) {
        Worker worker = take();
        taken.add(worker);
        use.accept(worker);
      }
    } finally {
      taken.forEach(this::give);
    }
  }

  /**
   * Refuses further calls, waits for those in flight and closes the workers.
   *
   * @return whether all came back within the time; if not, nothing more is closed
   */
  boolean close(long timeout, TimeUnit unit) {
    closed = true;
    if (!acquireAll(timeout, unit)) {
      return false;
    }
    try {
      closeAll();
    } finally {
      permits.release(size);
    }
    return true;
  }

  /** Each, also where one refuses, whose exception is then thrown. */
  private void closeAll() {
    RuntimeException first = null;
    synchronized (idle) {
      while (!idle.isEmpty()) {
        try {
          idle.pollFirst().close();
        } catch (RuntimeException e) {
          if (first == null) {
            first = e;
          } else {
            first.addSuppressed(e);
          }
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }

  private boolean acquireAll(long timeout, TimeUnit unit) {
    boolean interrupted = false;
    long deadline = System.nanoTime() + unit.toNanos(timeout);
    try {
      while (true) {
        try {
          return permits.tryAcquire(size, deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("The recognizer is closed.");
    }
  }
}
