package dev.wwts.internal.swap;

import dev.wwts.ModelVersion;
import dev.wwts.Stats;
import dev.wwts.SwapException;
import dev.wwts.SwapException.Reason;
import dev.wwts.SwapListener;
import dev.wwts.internal.events.Events;
import dev.wwts.internal.events.SwapEvent;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A slot's models: the present one, the next, and those that leave with their last call. */
public final class Generations<M extends Candidate> {
  private static final Logger LOG = LoggerFactory.getLogger(Generations.class);

  private final ModelLoader loader;
  private final RecentPictures recent;
  private final List<SwapListener> listeners;
  private final Retirement retirement;
  private final SlotStats stats = new SlotStats();
  private final ReentrantLock swapping = new ReentrantLock(true);
  private final Object publishing = new Object();
  private volatile Generation<M> current;
  private volatile boolean closed;

  /** Loads the first. */
  public Generations(
      Wish<M> first, ModelLoader loader, RecentPictures recent, List<SwapListener> listeners) {
    this.loader = loader;
    this.recent = recent;
    this.listeners = listeners;
    this.retirement = new Retirement(this::retired);
    this.current = loader.load(first, 1);
    stats.opened(current);
  }

  private void retired(Generation<?> old) {
    stats.closed(old);
    tell(it -> it.retired(old.version()));
  }

  /** How all its models go, together; waits for nothing. */
  public Stats stats() {
    return stats.all();
  }

  /** The present one. */
  public Generation<M> current() {
    return current;
  }

  /** The present one with the caller as its user, who leaves it when his call has ended. */
  public Generation<M> enter() {
    Generation<M> generation = current;
    while (!generation.enter()) {
      // it has just left its place
      generation = current;
    }
    return generation;
  }

  /**
   * Puts another one in its place, after those that were asked for before.
   *
   * @param wish asked when its turn comes
   * @throws IllegalStateException in a thread of one of these models, whose end it would wait for
   */
  public ModelVersion swap(Supplier<Wish<M>> wish, Path file) {
    requireCaller();
    Thread caller = Thread.currentThread();
    return swapping.isHeldByCurrentThread()
        // a listener asks, whose swap another thread would wait for
        ? inTurn(wish, file, caller)
        : SwapThread.call(() -> inTurn(wish, file, caller));
  }

  private ModelVersion inTurn(Supplier<Wish<M>> wish, Path file, Thread caller) {
    swapping.lock();
    try {
      return recorded(wish, file, caller);
    } catch (RuntimeException e) {
      LOG.warn("{} Generation {} stays.", e.getMessage(), current.version().generation());
      tell(it -> it.failed(file, e));
      throw e;
    } finally {
      swapping.unlock();
    }
  }

  private ModelVersion recorded(Supplier<Wish<M>> wish, Path file, Thread caller) {
    SwapEvent event = Events.swap();
    try {
      ModelVersion now = replace(wish.get(), caller);
      if (event != null) {
        event.swapped(file.toString(), now.sha256(), now.generation());
      }
      return now;
    } catch (RuntimeException e) {
      if (event != null) {
        event.failed(file.toString(), current.version().generation(), e);
      }
      throw e;
    }
  }

  private ModelVersion replace(Wish<M> wish, Thread caller) {
    requireOpen(wish.file());
    Generation<M> old = current;
    long number = old.version().generation() + 1;
    Generation<M> next = loader.load(wish, number);
    List<RecentPictures.Answered> compared;
    try {
      requireOpen(wish.file());
      compared = recent.compare(wish.file(), next.model(), old.version().generation());
      synchronized (publishing) {
        requireOpen(wish.file());
        current = next;
        stats.opened(next);
      }
    } catch (Throwable e) {
      ModelLoader.closeAfter(e, next.model());
      throw e;
    }
    recent.replace(compared, number);
    LOG.info("{} takes the place of generation {}.", next.version(), old.version().generation());
    tell(it -> it.swapped(old.version(), next.version()));
    retirement.retire(old, caller);
    return next.version();
  }

  private void requireOpen(Path file) {
    if (closed) {
      throw new SwapException(
          Reason.CLOSED, file + " is not loaded: the slot that it was for is closed.");
    }
  }

  private void tell(Consumer<SwapListener> news) {
    for (SwapListener listener : listeners) {
      try {
        news.accept(listener);
      } catch (Throwable e) {
        // an Error too: the old model is still to be closed
        LOG.warn("A listener of swaps failed.", e);
      }
    }
  }

  private void requireCaller() {
    stats.open().forEach(generation -> generation.model().requireCaller());
  }

  /** Whether {@link #close} was called. */
  public boolean isClosed() {
    return closed;
  }

  /**
   * Refuses further calls, ends a swap that is on its way, waits for calls in flight and frees
   * everything.
   *
   * @throws IllegalStateException in a thread of one of these models, whose end it would wait for
   */
  public void close() {
    requireCaller();
    Generation<M> last;
    synchronized (publishing) {
      closed = true;
      last = current;
    }
    last.model().close();
    swapping.lock();
    try {
      retirement.await();
    } finally {
      swapping.unlock();
    }
  }
}
