package dev.wwts;

import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.natives.MemoryLimits;
import dev.wwts.internal.pixels.AlphaMode;
import dev.wwts.internal.settings.Settings;
import dev.wwts.internal.torch.Engine;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * What a recognizer owns: engine and workers. Kept apart from it, so that a forgotten recognizer
 * can be collected, warned about and freed; and so that the JVM's end can close all that are open.
 */
final class Resources {
  private static final int MOST_LANES_ON_A_CARD = 4;

  private final Engine engine;
  private final WorkerPool pool;
  private final ReentrantLock closing = new ReentrantLock();
  private boolean closed;

  /** That the device does nothing more in this process; empty where it does. */
  private volatile String failure = "";

  private Resources(Engine engine, WorkerPool pool) {
    this.engine = engine;
    this.pool = pool;
    OpenResources.add(this);
  }

  static Resources open(Bundle bundle, Settings settings) {
    try {
      return load(bundle, settings);
    } catch (OutOfMemoryError e) {
      throw typed(e);
    }
  }

  private static Resources load(Bundle bundle, Settings settings) {
    Engine engine = Engine.load(bundle, settings);
    AlphaMode alpha = bundle.manifest().input().alpha();
    int lanes = settings.lanes() > 0 ? settings.lanes() : lanes(engine);
    return new Resources(
        engine,
        new WorkerPool(
            lanes,
            () -> new Worker(settings, bundle.labels(), alpha, engine::newLane, engine::remark)));
  }

  /** As many calls as keep the cores busy; on a card, where lanes have memory, they only decode. */
  private static int lanes(Engine engine) {
    int cores = Runtime.getRuntime().availableProcessors();
    return engine.device().kind() == Device.Kind.CUDA
        ? Math.min(MOST_LANES_ON_A_CARD, Math.max(2, cores))
        : Math.max(2, cores / engine.threads());
  }

  ModelInfo info(Bundle bundle, Settings settings) {
    return new ModelInfo(
        bundle.manifest().name(),
        bundle.manifest().family(),
        bundle.manifest().license(),
        bundle.manifest().trained(),
        bundle.manifest().input().width(),
        bundle.manifest().input().height(),
        bundle.labels(),
        settings.threshold(),
        engine.device(),
        engine.precision(),
        engine.threads());
  }

  /** What the network computes in. */
  Precision precision() {
    return engine.precision();
  }

  List<String> remarks() {
    return engine.remarks();
  }

  /** Empty where the device is the processor. */
  Optional<DeviceMemory> memory() {
    return engine.memory();
  }

  /**
   * Runs the expected batches: on a GPU in every lane, as each has graphs and buffers of its own,
   * and the largest first, in whose memory the others' graphs find room; on a CPU in the first, as
   * lanes are cheap.
   */
  void warmUp(List<Integer> batchSizes) {
    if (engine.device().kind() == Device.Kind.CUDA) {
      List<Integer> falling = batchSizes.stream().sorted(Comparator.reverseOrder()).toList();
      try {
        pool.withAll(worker -> falling.forEach(worker::warmUp));
      } catch (RuntimeException e) {
        throw failed(e);
      }
    } else {
      with(
          worker -> {
            batchSizes.forEach(worker::warmUp);
            return worker;
          });
    }
  }

  /** Frees them when {@code owner} was forgotten. */
  void guard(Recognizer owner) {
    OpenResources.guard(owner, this);
  }

  /**
   * Does something with a worker, for as long as it takes.
   *
   * @throws DeviceException if the device has failed for good, now or in an earlier call
   */
  <R> R with(Function<Worker, R> use) {
    if (!failure.isEmpty()) {
      throw new DeviceException(failure);
    }
    try {
      return withWorker(use);
    } catch (PictureException e) {
      throw e;
    } catch (RuntimeException e) {
      throw failed(e);
    }
  }

  private <R> R withWorker(Function<Worker, R> use) {
    Worker worker = pool.take();
    try {
      MemoryLimits.require(0);
      return use.apply(worker);
    } catch (OutOfMemoryError e) {
      throw typed(e);
    } finally {
      pool.give(worker);
    }
  }

  /** What a call that failed throws: that the device has failed, where it has, else its error. */
  private RuntimeException failed(RuntimeException error) {
    String now = engine.failure();
    if (now.isEmpty()) {
      return error;
    }
    failure = now;
    return new DeviceException(now, error);
  }

  private static RuntimeException typed(OutOfMemoryError error) {
    DeviceException limit = MemoryLimits.typed(error);
    if (limit == null) {
      throw error;
    }
    return limit;
  }

  void close() {
    close(Long.MAX_VALUE / 4);
  }

  /** Frees them because {@code error} ends their making; what else fails is told with it. */
  void closeAfter(Throwable error) {
    try {
      close();
    } catch (RuntimeException e) {
      error.addSuppressed(e);
    }
  }

  /**
   * Frees them, waiting so long for calls in flight.
   *
   * @return whether all calls ended within the time; if not, nothing is freed
   */
  boolean close(long nanos) {
    long deadline = System.nanoTime() + nanos;
    if (!closing.tryLock() && !lockedWithin(nanos)) {
      return false;
    }
    try {
      if (closed) {
        return true;
      }
      boolean back = true;
      try {
        back = pool.close(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      } finally {
        if (back) {
          closed = true;
          try {
            engine.close();
          } finally {
            OpenResources.remove(this);
          }
        }
      }
      return back;
    } catch (RuntimeException e) {
      // a device that has failed takes nothing back: what it holds goes with the process
      if (engine.failure().isEmpty()) {
        throw e;
      }
      return true;
    } finally {
      closing.unlock();
    }
  }

  private boolean lockedWithin(long nanos) {
    try {
      return closing.tryLock(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  boolean isOpen() {
    closing.lock();
    try {
      return !closed;
    } finally {
      closing.unlock();
    }
  }
}
