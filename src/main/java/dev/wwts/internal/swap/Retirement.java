package dev.wwts.internal.swap;

import dev.wwts.internal.threads.Uninterrupted;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes models whose place was taken, each on a thread of its own when its last call has ended.
 */
public final class Retirement {
  private static final Logger LOG = LoggerFactory.getLogger(Retirement.class);

  /** A swap waits so long for the old model's memory; a call that hangs keeps only itself. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Duration FOR_EVER = Duration.ofDays(10_000);

  private final Map<Thread, Generation<?>> waiting = new ConcurrentHashMap<>();

  /** Those for which there was no thread, and which are still used. */
  private final Set<Generation<?>> left = ConcurrentHashMap.newKeySet();

  private final Consumer<Generation<?>> retired;
  private final ThreadFactory threads;
  private final Duration patience;

  /**
   * Makes one.
   *
   * @param retired told of each that was closed
   */
  public Retirement(Consumer<Generation<?>> retired) {
    this(retired, work -> SwapThread.of(work, "wwts-retire"), PATIENCE);
  }

  Retirement(Consumer<Generation<?>> retired, ThreadFactory threads, Duration patience) {
    this.retired = retired;
    this.threads = threads;
    this.patience = patience;
  }

  /**
   * Closes it when its last call has ended, which is waited for, but not for ever, and not where
   * the caller's own use of it is what would be waited for.
   *
   * @param caller the thread that waits for this
   */
  public void retire(Generation<?> old, Thread caller) {
    Duration most = old.isUsedBy(caller) ? Duration.ZERO : patience;
    left.forEach(earlier -> closeLeft(earlier, Duration.ZERO));
    Thread thread = threads.newThread(() -> closeUnused(old));
    waiting.put(thread, old);
    try {
      thread.start();
    } catch (OutOfMemoryError e) {
      // no thread for it: the old model's memory is what is needed most now
      waiting.remove(thread);
      left.add(old);
      old.leave();
      if (!closeLeft(old, most)) {
        LOG.warn(
            "{} still answers, and no thread waits for it: it is closed later.", old.version());
      }
      return;
    }
    old.leave();
    if (most.isZero()) {
      return;
    }
    try {
      thread.join(most.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      LOG.warn("{} still answers: it is closed when its last call ends.", old.version());
    }
  }

  private boolean closeLeft(Generation<?> old, Duration most) {
    if (!old.awaitUnused(most)) {
      return false;
    }
    if (left.remove(old)) {
      close(old);
    }
    return true;
  }

  private void closeUnused(Generation<?> old) {
    try {
      if (old.awaitUnused(FOR_EVER)) {
        close(old);
      }
    } finally {
      waiting.remove(Thread.currentThread());
    }
  }

  private void close(Generation<?> old) {
    try {
      old.model().close();
      retired.accept(old);
    } catch (Throwable e) {
      // an Error too: it is no reason for the caller's swap to fail
      LOG.warn("{} could not be freed.", old.version(), e);
    }
  }

  /** Waits until all are closed, but for what this thread itself still uses. */
  public void await() {
    Thread here = Thread.currentThread();
    waiting.forEach(
        (thread, old) -> {
          if (!old.isUsedBy(here)) {
            Uninterrupted.join(thread);
          }
        });
    left.forEach(old -> closeLeft(old, old.isUsedBy(here) ? Duration.ZERO : FOR_EVER));
  }
}
