package dev.wwts.internal.swap;

import dev.wwts.ModelVersion;
import java.time.Duration;
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

  private final Set<Thread> waiting = ConcurrentHashMap.newKeySet();
  private final Consumer<ModelVersion> retired;
  private final ThreadFactory threads;

  /**
   * Makes one.
   *
   * @param retired told of each that was closed
   */
  public Retirement(Consumer<ModelVersion> retired) {
    this(retired, work -> SwapThread.of(work, "wwts-retire"));
  }

  Retirement(Consumer<ModelVersion> retired, ThreadFactory threads) {
    this.retired = retired;
    this.threads = threads;
  }

  /** Closes it when its last call has ended, which is waited for, but not for ever. */
  public void retire(Generation<?> old) {
    Thread thread = threads.newThread(() -> close(old));
    waiting.add(thread);
    try {
      thread.start();
    } catch (OutOfMemoryError e) {
      // no thread for it: the old model's memory is what is needed most now
      waiting.remove(thread);
      old.leave();
      close(old);
      return;
    }
    old.leave();
    try {
      thread.join(PATIENCE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      LOG.warn("{} still answers: it is closed when its last call ends.", old.version());
    }
  }

  private void close(Generation<?> old) {
    try {
      old.awaitUnused();
      old.model().close();
      retired.accept(old.version());
    } catch (RuntimeException e) {
      LOG.warn("{} could not be freed.", old.version(), e);
    } finally {
      waiting.remove(Thread.currentThread());
    }
  }

  /** Waits until all are closed. */
  public void await() {
    waiting.forEach(SwapThread::join);
  }
}
