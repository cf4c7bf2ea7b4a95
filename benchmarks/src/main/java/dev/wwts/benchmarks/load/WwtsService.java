package dev.wwts.benchmarks.load;

import dev.wwts.Device;
import dev.wwts.ModelSlot;
import dev.wwts.Picture;
import dev.wwts.Precision;
import dev.wwts.Recognition;
import dev.wwts.Recognizer;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** This project, by its public interface. */
final class WwtsService implements Service {
  private final Path model;
  private final ModelSlot slot;
  private final ExecutorService pool;

  WwtsService(Path model, int lanes, int threads) {
    this.model = model;
    this.slot =
        ModelSlot.builder(
                Recognizer.builder(model)
                    .device(Device.CPU)
                    .precision(Precision.FP32)
                    .threads(threads)
                    .lanes(lanes)
                    .threshold(0))
            .open();
    this.pool =
        new ThreadPoolExecutor(
            lanes, lanes, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(Service.QUEUE));
  }

  @Override
  public CompletableFuture<int[]> ask(byte[] picture) {
    try {
      return CompletableFuture.supplyAsync(() -> recognize(picture), pool);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private int[] recognize(byte[] picture) {
    return slot.answer(Picture.of(picture)).results().stream()
        .mapToInt(Recognition::index)
        .toArray();
  }

  @Override
  public void swap() {
    slot.swap(model);
  }

  @Override
  public void close() {
    pool.shutdown();
    slot.close();
  }
}
