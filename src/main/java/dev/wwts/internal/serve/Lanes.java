package dev.wwts.internal.serve;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A thread for each lane, which makes it, warms it up, runs calls on it, first come, first served,
 * and closes it. All lanes are warm before the first call.
 */
final class Lanes implements AutoCloseable {
  private final HandOver<Call<?>> queue = new HandOver<>();
  private final List<Thread> threads = new ArrayList<>();
  private final List<CompletableFuture<Void>> warm = new ArrayList<>();
  private final List<RuntimeException> faults = new ArrayList<>();
  private final AtomicInteger busy = new AtomicInteger();

  /**
   * Starts them and waits until all are warm.
   *
   * @param inTurn whether they are made one after the other, as they share a card's memory
   */
  Lanes(int count, boolean inTurn, Supplier<LaneRunner> factory, Consumer<LaneRunner> warmUp) {
    boolean whole = false;
    try {
      for (int i = 0; i < count; i++) {
        CompletableFuture<Void> ready = new CompletableFuture<>();
        Thread thread =
            ServiceThread.of(() -> serve(factory, warmUp, ready), "wwts-lane-" + threads.size());
        threads.add(thread);
        warm.add(ready);
        thread.start();
        if (inTurn) {
          await(ready);
        }
      }
      warm.forEach(Lanes::await);
      whole = true;
    } finally {
      if (!whole) {
        queue.end();
        ServiceThread.join(threads);
      }
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
      Supplier<LaneRunner> factory, Consumer<LaneRunner> warmUp, CompletableFuture<Void> ready) {
    try (LaneRunner lane = factory.get()) {
      warmUp.accept(lane);
      ready.complete(null);
      Call<?> call = queue.take();
      while (call != null) {
        busy.incrementAndGet();
        try {
          call.run(lane);
        } finally {
          busy.decrementAndGet();
        }
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

  /** Runs a call when its turn comes. */
  void submit(Call<?> call) {
    queue.put(call);
  }

  /** Takes a call out of the queue. */
  void withdraw(Call<?> call) {
    queue.removeIf(each -> each == call);
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
