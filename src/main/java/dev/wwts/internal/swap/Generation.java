package dev.wwts.internal.swap;

import dev.wwts.ModelVersion;
import dev.wwts.internal.threads.Uninterrupted;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One model of a slot and how many use it. The slot itself is one of its users until another model
 * has taken its place; it may be closed when the last one has left.
 */
public final class Generation<M extends Candidate> {
  private final M model;
  private final ModelVersion version;
  private final AtomicInteger users = new AtomicInteger(1);
  private final CountDownLatch unused = new CountDownLatch(1);

  /** Threads that use it in a method of the caller's, which may do anything, and how deep. */
  private final Map<Thread, Integer> inside = new ConcurrentHashMap<>();

  /** Makes one, used by the slot. */
  public Generation(M model, ModelVersion version) {
    this.model = model;
    this.version = version;
  }

  /** The model. */
  public M model() {
    return model;
  }

  /** Which one it is. */
  public ModelVersion version() {
    return version;
  }

  /** Becomes a user, who leaves later; false where the last one has left already. */
  public boolean enter() {
    int now;
    do {
      now = users.get();
      if (now == 0) {
        return false;
      }
    } while (!users.compareAndSet(now, now + 1));
    return true;
  }

  /** The user runs a method of the caller's in this thread, until {@link #leaveCaller}. */
  public void enterCaller() {
    inside.merge(Thread.currentThread(), 1, Integer::sum);
  }

  /** That method has ended. */
  public void leaveCaller() {
    inside.computeIfPresent(Thread.currentThread(), (thread, deep) -> deep == 1 ? null : deep - 1);
  }

  /** Whether a thread would wait for itself if it waited for the last user. */
  boolean isUsedBy(Thread thread) {
    return inside.containsKey(thread);
  }

  /** Is a user no longer. */
  public void leave() {
    if (users.decrementAndGet() == 0) {
      unused.countDown();
    }
  }

  /**
   * Waits until the last user has left, so long at most; an interrupt is kept for later.
   *
   * @return whether it has
   */
  boolean awaitUnused(Duration most) {
    return Uninterrupted.await(unused, most.toNanos());
  }
}
