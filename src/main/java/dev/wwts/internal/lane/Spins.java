package dev.wwts.internal.lane;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Whether the threads of a forward spin for long where they wait for each other.
 *
 * <p>GNU OpenMP spins for milliseconds at a barrier. That is the fastest while each thread has a
 * processor, and the worst beside other processes: all spin while one waits for a processor, and a
 * forward of 5 ms takes 500. Its variables are read when it is loaded, before anything of ours; but
 * while its threads outnumber the processors it spins 1,000 rounds only, then sleeps: always 8 ms.
 * So where forwards stall, a team of parked threads is kept for some time, and for longer where
 * they stall again after it.
 */
final class Spins implements AutoCloseable {
  private static final long LEAST = TimeUnit.SECONDS.toNanos(10);
  private static final long MOST = TimeUnit.MINUTES.toNanos(10);

  private final int processors;
  private final IntFunction<? extends AutoCloseable> teams;
  private final AtomicInteger others = new AtomicInteger(1);
  private @Nullable AutoCloseable team;
  private volatile boolean areBrief;
  private boolean wereBrief;
  private boolean closed;
  private long since;
  private long hold = LEAST;

  /**
   * Makes some.
   *
   * @param processors OpenMP's count of them
   * @param teams starts a team of so many threads
   */
  Spins(int processors, IntFunction<? extends AutoCloseable> teams) {
    this.processors = processors;
    this.teams = teams;
  }

  /** A lane has started, whose team counts. */
  void started(int threads) {
    others.addAndGet(threads - 1);
  }

  /** A lane has ended. */
  void ended(int threads) {
    others.addAndGet(1 - threads);
  }

  /** A lane's forwards have stalled, or not, at a time in nanoseconds. */
  void forwarded(boolean hasStalled, long now) {
    if (hasStalled && !areBrief) {
      begin(now);
    } else if (areBrief && now - since > hold) {
      end(now);
    }
  }

  private synchronized void begin(long now) {
    int missing = processors + 1 - others.get();
    if (closed || team != null || missing < 1) {
      return;
    }
    hold = wereBrief && now - since < hold ? Math.min(2 * hold, MOST) : LEAST;
    team = teams.apply(missing + 1);
    since = now;
    areBrief = true;
    wereBrief = true;
  }

  private synchronized void end(long now) {
    AutoCloseable kept = team;
    team = null;
    areBrief = false;
    since = now;
    if (kept != null) {
      close(kept);
    }
  }

  private static void close(AutoCloseable team) {
    try {
      team.close();
    } catch (Exception e) {
      throw new IllegalStateException("A team of parked threads can't be let go.", e);
    }
  }

  boolean areBrief() {
    return areBrief;
  }

  @Override
  public synchronized void close() {
    closed = true;
    end(0);
  }
}
