package dev.wwts.internal.serve;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A thread for each lane, which makes it, warms it up, runs calls on it, first come, first served,
 * and closes it. All lanes are warm before the first call.
 */
final class Lanes implements AutoCloseable {
  /** A caller that calls again at once meets a lane that is awake. */
  private static final long SPIN = 30_000;

  private final HandOver<Call<?>> queue = new HandOver<>(SPIN);
  private final List<Thread> threads = new ArrayList<>();
  private final List<CompletableFuture<Void>> warm = new ArrayList<>();
  private final List<RuntimeException> faults = new ArrayList<>();
  private final AtomicInteger busy = new AtomicInteger();

  /** Calls that lanes have. */
  private final AtomicInteger running = new AtomicInteger();

  /** Lanes that wait for a call, less the calls that wait for a lane. */
  private final AtomicInteger free = new AtomicInteger();

  private final boolean keepAllBusy;
  private final Batching batching;
  private volatile boolean endsWaiting;

  /** Decodes in the thread of a lane, which waits for nothing meanwhile. */
  interface LaneDecoder extends AutoCloseable {
    /** A small picture that nobody has decoded. */
    void decodeSmall(Call<?> call);

    /** A picture of the call that is on the lane. */
    void decode(Call<?> call, int index, boolean onProcessor);

    @Override
    void close();
  }

  /**
   * Starts them and waits until all are warm.
   *
   * @param inTurn whether they are made one after the other, as they share a card's memory, or
   *     leave the processors to others
   * @param keepAllBusy whether there is one for each processor, so that they leave none to others
   * @param batching how calls that wait become one batch
   */
  Lanes(
      int count,
      boolean inTurn,
      boolean keepAllBusy,
      Batching batching,
      Supplier<LaneRunner> factory,
      Consumer<LaneRunner> warmUp,
      Supplier<LaneDecoder> decoders) {
    this.keepAllBusy = keepAllBusy;
    this.batching = batching;
    try {
      for (int i = 0; i < count; i++) {
        CompletableFuture<Void> ready = new CompletableFuture<>();
        Thread thread =
            ServiceThread.of(
                () -> serve(factory, warmUp, decoders, ready), "wwts-lane-" + threads.size());
        threads.add(thread);
        warm.add(ready);
        thread.start();
        if (inTurn) {
          await(ready);
        }
      }
      warm.forEach(Lanes::await);
    } catch (Throwable e) {
      queue.end();
      ServiceThread.join(threads);
      throw e;
    }
  }

  private static void await(CompletableFuture<Void> ready) {
    try {
      ready.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException exception) {
        throw exception;
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e;
    }
  }

  private void serve(
      Supplier<LaneRunner> factory,
      Consumer<LaneRunner> warmUp,
      Supplier<LaneDecoder> decoders,
      CompletableFuture<Void> ready) {
    try (LaneRunner lane = factory.get();
        LaneDecoder decoder = decoders.get()) {
      warmUp.accept(lane);
      LaneWork work = new LaneWork(lane, decoder, new Waiting(), batching.most());
      ready.complete(null);
      free.incrementAndGet();
      Call<?> call = queue.take();
      while (call != null) {
        // a lane that is seen busy has its call
        running.incrementAndGet();
        busy.incrementAndGet();
        try {
          work.run(call);
        } catch (Throwable e) {
          // the lane goes on: it is all that answers the calls behind
          call.crash(e);
        } finally {
          busy.decrementAndGet();
          running.decrementAndGet();
        }
        free.incrementAndGet();
        call = queue.take();
      }
    } catch (RuntimeException | Error e) {
      if (!ready.completeExceptionally(e) && e instanceof RuntimeException fault) {
        synchronized (faults) {
          faults.add(fault);
        }
      }
    }
  }

  /** Calls that wait, for a lane that has one. */
  private final class Waiting implements LaneWork.More {
    @Override
    public long patience() {
      return endsWaiting ? 0 : batching.patience().getAsLong();
    }

    @Override
    public @Nullable Call<?> take(long until, Predicate<Call<?>> fits) {
      Call<?> call = queue.takeMore(() -> Math.min(patience(), until - System.nanoTime()), fits);
      if (call != null) {
        // no lane waits less, but a call does
        free.incrementAndGet();
        running.incrementAndGet();
      }
      return call;
    }

    @Override
    public void ran(int calls) {
      running.addAndGet(-calls);
    }
  }

  /** Runs a call, whose pictures are decoded, when its turn comes. */
  void submit(Call<?> call) {
    if (!call.staysOnLane()) {
      free.decrementAndGet();
      queue.put(call);
    }
  }

  /**
   * Has a lane decode a call's picture and run it: one that is idle, or any when its turn comes
   * where lanes keep all processors busy. What is decoded ahead there takes time from the calls
   * that came before.
   *
   * @return false if none is to
   */
  boolean submitUndecoded(Call<?> call) {
    if (keepAllBusy) {
      free.decrementAndGet();
      queue.put(call);
      return true;
    }
    int now = free.get();
    while (now > 0) {
      if (free.compareAndSet(now, now - 1)) {
        queue.put(call);
        return true;
      }
      now = free.get();
    }
    return false;
  }

  /** Takes a call out of the queue. */
  void withdraw(Call<?> call) {
    free.addAndGet(queue.removeIf(each -> each == call));
  }

  /** What lanes have is run now, without waiting for more. */
  void hurry() {
    if (batching.most() > 1) {
      queue.lookAgain();
    }
  }

  /** Lanes wait for no more calls from now on. */
  void endWaiting() {
    endsWaiting = true;
    hurry();
  }

  /** Calls that lanes have. */
  int running() {
    return running.get();
  }

  /** Those that serve. */
  List<Thread> threads() {
    return threads;
  }

  int count() {
    return threads.size();
  }

  int busy() {
    return busy.get();
  }

  int queued() {
    return queue.size();
  }

  /**
   * Closes the lanes, each in its thread, also where one refuses, whose exception is then thrown;
   * calls must have ended before.
   */
  @Override
  public void close() {
    queue.end();
    ServiceThread.join(threads);
    synchronized (faults) {
      if (faults.isEmpty()) {
        return;
      }
      RuntimeException first = faults.get(0);
      faults.subList(1, faults.size()).forEach(first::addSuppressed);
      throw first;
    }
  }
}
