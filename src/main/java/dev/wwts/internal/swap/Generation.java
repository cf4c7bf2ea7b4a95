package dev.wwts.internal.swap;

import dev.wwts.ModelVersion;
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

  /** Is a user no longer. */
  public void leave() {
    if (users.decrementAndGet() == 0) {
      unused.countDown();
    }
  }

  /**
   * Waits until the last user has left, however long that takes; an interrupt is kept for later.
   */
  void awaitUnused() {
    boolean interrupted = false;
    while (unused.getCount() > 0) {
      try {
        unused.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
