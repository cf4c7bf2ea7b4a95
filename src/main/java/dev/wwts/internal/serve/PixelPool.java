package dev.wwts.internal.serve;

import dev.wwts.PictureException;
import dev.wwts.internal.pixels.PixelMemory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Memory for decoded pictures, leased to decoders and given back by lanes; so many bytes are out at
 * once. What is idle is used again, last used first.
 *
 * <p>Nobody who has room waits for what only somebody gives who waits for room. So decoders alone
 * wait for room; while one does, each call that has some goes to a lane as it is; and a lane waits
 * for nobody: what no decoder has begun, or what it needs again, it decodes itself. Pictures of a
 * call that is on a lane get room at once, beyond the limit too.
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

  /** What has room, in the order of its coming. */
  private final List<Lease> roomy = new ArrayList<>();

  /** All blocks, idle ones too. */
  private final Set<PixelMemory> all = ConcurrentHashMap.newKeySet();

  private volatile long used;

  /**
   * Who waits for room: the first one gets it first, or a stream of small ones would keep it out.
   */
  private final Deque<Lease> line = new ArrayDeque<>();

  private volatile boolean isShort;
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
        if (!line.isEmpty() || isTooMuch(this, wanted)) {
          return false;
        }
        count(wanted);
        return true;
      } finally {
        lock.unlock();
      }
    }

    /** The address of so many bytes, once there is room for them. */
    long reserve(String name, long bytes) {
      long wanted = Math.max(LEAST, bytes);
      if (wanted > counted) {
        enter(this, name, wanted);
      }
      return memory.reserve(bytes);
    }

    private void count(long wanted) {
      if (counted == 0) {
        roomy.add(this);
      }
      use(wanted - counted);
      counted = wanted;
    }

    void giveBack() {
      PixelPool.this.giveBack(this);
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
      PixelMemory made = factory.get();
      all.add(made);
      return new Lease(call, made);
    }
    memory.rest();
    return new Lease(call, memory);
  }

  private void enter(Lease lease, String name, long bytes) {
    Call<?> call = lease.call;
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
      if (line.isEmpty() && !isTooMuch(lease, bytes)) {
        lease.count(bytes);
        return;
      }
      join(lease);
      while (!call.isWaitedFor() && (line.peekFirst() != lease || isTooMuch(lease, bytes))) {
        roomy.forEach(other -> other.call.stall());
        long left = call.outcome().nanosLeft();
        if (left <= 0 || call.isOver()) {
          throw call.outcome().late("room for its pixels");
        }
        room.awaitNanos(Math.min(left, LONGEST_WAIT));
      }
      lease.count(bytes);
    } catch (InterruptedException e) {
      throw new IllegalStateException("Nobody interrupts a decoding thread.", e);
    } finally {
      leave(lease);
      lock.unlock();
    }
  }

  /** Under the lock; others only look. */
  private void use(long bytes) {
    long now = used + bytes;
    used = now;
  }

  private boolean isTooMuch(Lease lease, long bytes) {
    return used + bytes - lease.counted > most;
  }

  private void join(Lease lease) {
    line.addLast(lease);
    isShort = true;
  }

  private void leave(Lease lease) {
    line.remove(lease);
    isShort = !line.isEmpty();
    room.signalAll();
  }

  /** Whether somebody waits for room. */
  boolean isShort() {
    return isShort;
  }

  /** A call has come on, or nobody waits for it any more. */
  void wake() {
    lock.lock();
    try {
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void giveBack(Lease lease) {
    PixelMemory memory = lease.memory;
    List<PixelMemory> others = List.of();
    boolean kept;
    lock.lock();
    try {
      use(-lease.counted);
      roomy.remove(lease);
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
      free(memory);
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
    large.forEach(this::free);
  }

  /** Frees what is idle, and from now on what comes back. */
  @Override
  public void close() {
    List<PixelMemory> rest;
    lock.lock();
    try {
      closed = true;
      rest = new ArrayList<>(idle);
      idle.clear();
    } finally {
      lock.unlock();
    }
    rest.forEach(this::free);
  }

  private void free(PixelMemory memory) {
    memory.close();
    all.remove(memory);
  }

  /** Bytes that pictures count against the limit; never waits. */
  long inFlight() {
    return used;
  }

  /** Bytes of all blocks; never waits. */
  long held() {
    return all.stream().mapToLong(PixelMemory::capacity).sum();
  }
}
