package dev.wwts.benchmarks.load;

import dev.wwts.Device;
import dev.wwts.Precision;
import dev.wwts.Recognition;
import dev.wwts.Recognizer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** This project, by its public interface. */
final class WwtsService implements Service {
  private final Path model;
  private final int lanes;
  private final int threads;
  private final ExecutorService pool;
  private volatile Recognizer current;

  WwtsService(Path model, int lanes, int threads) {
    this.model = model;
    this.lanes = lanes;
    this.threads = threads;
    this.current = load();
    this.pool =
        new ThreadPoolExecutor(
            lanes, lanes, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(Service.QUEUE));
  }

  private Recognizer load() {
    return Recognizer.builder(model)
        .device(Device.CPU)
        .precision(Precision.FP32)
        .threads(threads)
        .lanes(lanes)
        .threshold(0)
        .load();
  }

  @Override
  public CompletableFuture<int[]> ask(byte[] picture) {
    try {
      return CompletableFuture.supplyAsync(() -> recognize(picture), pool);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** A call that finds its recognizer closed by a swap asks the next. */
  private int[] recognize(byte[] picture) {
    while (true) {
      Recognizer asked = current;
      try {
        List<Recognition> best = asked.recognize(picture);
        return best.stream().mapToInt(Recognition::index).toArray();
      } catch (IllegalStateException e) {
        if (asked == current) {
          throw e;
        }
      }
    }
  }

  @Override
  public void swap() {
    Recognizer next = load();
    Recognizer last = current;
    current = next;
    last.close();
  }

  @Override
  public void close() {
    pool.shutdown();
    current.close();
  }
}
