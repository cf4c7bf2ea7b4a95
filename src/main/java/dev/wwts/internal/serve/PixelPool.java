package dev.wwts.internal.serve;

import dev.wwts.PictureException;
import dev.wwts.internal.pixels.PixelMemory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Memory for decoded pictures, leased to decoders and given back by lanes; so many bytes are out at
 * once. A decoder waits for room, but for a picture that a lane waits for, which gets it at once:
 * the limit may be exceeded by one picture a lane. What is idle is used again, last used first.
 */
final class PixelPool implements AutoCloseable {
  /** What the smallest picture counts, as blocks of memory are not smaller. */
  private static final long LEAST = 1L << 20;

  /** Idle memory of at most this, all together, is kept. */
  private static final int MOST_IDLE = 64;

  private static final long LONGEST_WAIT = TimeUnit.DAYS.toNanos(1);

  private final long most;
  private final Supplier<? extends PixelMemory> factory;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final Deque<PixelMemory> idle = new ArrayDeque<>();
  private long used;
  private boolean closed;

  PixelPool(long most, Supplier<? extends PixelMemory> factory) {
    this.most = most;
    this.factory = factory;
  }

  /** A picture's memory, from before it is decoded until nothing reads it any more. */
  final class Lease {
    private final Call<?> call;
    private final PixelMemory memory;
    private long counted;

    private Lease(Call<?> call, PixelMemory memory) {
      this.call = call;
      this.memory = memory;
    }

    /** Takes the room for so many bytes if there is some now. */
    boolean enterNow(long bytes) {
      long wanted = Math.max(LEAST, bytes);
      lock.lock();
      try {
        if (used + wanted - counted > most) {
          return false;
        }
        used += wanted - counted;
        counted = wanted;
        return true;
      } finally {
        lock.unlock();
      }
    }

    /** The address of so many bytes, once there is room for them. */
    long reserve(String name, long bytes) {
      long wanted = Math.max(LEAST, bytes);
      if (wanted > counted) {
        enter(call, name, wanted - counted);
        counted = wanted;
      }
      return memory.reserve(bytes);
    }

    void giveBack() {
      PixelPool.this.giveBack(memory, counted);
    }
  }

  Lease lease(Call<?> call) {
    PixelMemory memory;
    lock.lock();
    try {
      memory = idle.pollFirst();
    } finally {
      lock.unlock();
    }
    if (memory == null) {
      return new Lease(call, factory.get());
    }
    memory.rest();
    return new Lease(call, memory);
  }

  private void enter(Call<?> call, String name, long bytes) {
    if (bytes > most) {
      throw new PictureException(
          PictureException.Reason.TOO_LARGE,
          String.format(
              Locale.ROOT,
              "%s needs %,d bytes for its pixels, more than may be in flight: raise pixelsInFlight, %,d, or lower maxPixels.",
              name,
              bytes,
              most));
    }
    lock.lock();
    try {
      while (used + bytes > most && !call.isWaitedFor()) {
        call.stall();
        long left = call.outcome().nanosLeft();
        if (left <= 0 || call.isOver()) {
          throw call.outcome().late("room for its pixels");
        }
        room.awaitNanos(Math.min(left, LONGEST_WAIT));
      }
      used += bytes;
    } catch (InterruptedException e) {
      throw new IllegalStateException("Nobody interrupts a decoding thread.", e);
    } finally {
      lock.unlock();
    }
  }

  /** A lane waits for a picture now, or nobody any more. */
  void wake() {
    lock.lock();
    try {
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void giveBack(PixelMemory memory, long counted) {
    List<PixelMemory> others = List.of();
    boolean kept;
    lock.lock();
    try {
      used -= counted;
      room.signalAll();
      kept = !closed && idle.size() < MOST_IDLE;
      for (PixelMemory other : idle) {
        if (other.capacity() > PixelMemory.ORDINARY) {
          others = others.isEmpty() ? new ArrayList<>() : others;
          others.add(other);
        }
      }
      if (!others.isEmpty()) {
        idle.removeAll(others);
      }
      if (kept) {
        idle.addFirst(memory);
      }
    } finally {
      lock.unlock();
    }
    if (!kept) {
      memory.close();
    }
    if (!others.isEmpty()) {
      rest(others);
    }
  }

  /** What only a huge picture needed is freed once enough ordinary ones went by. */
  private void rest(List<PixelMemory> large) {
    large.forEach(PixelMemory::rest);
    lock.lock();
    try {
      if (!closed) {
        large.forEach(idle::addLast);
        return;
      }
    } finally {
      lock.unlock();
    }
    large.forEach(PixelMemory::close);
  }

  /** Frees what is idle, and from now on what comes back. */
  @Override
  public void close() {
    List<PixelMemory> all;
    lock.lock();
    try {
      closed = true;
      all = new ArrayList<>(idle);
      idle.clear();
    } finally {
      lock.unlock();
    }
    all.forEach(PixelMemory::close);
  }
}
