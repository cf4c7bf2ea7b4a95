package dev.wwts.benchmarks.load;

import dev.wwts.Answer;
import dev.wwts.Device;
import dev.wwts.ModelSlot;
import dev.wwts.Picture;
import dev.wwts.Precision;
import dev.wwts.Recognition;
import dev.wwts.Recognizer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** This project, by its public interface. */
final class WwtsService implements Service {
  private final Path model;
  private final ModelSlot slot;

  WwtsService(Path model, int lanes, int threads, int batching) {
    this.model = model;
    this.slot =
        ModelSlot.builder(
                Recognizer.builder(model)
                    .device(Device.CPU)
                    .precision(Precision.FP32)
                    .threads(threads)
                    .lanes(lanes)
                    .queue(QUEUE)
                    .batching(batching, Duration.ZERO)
                    .threshold(0))
            .open();
  }

  @Override
  public CompletableFuture<int[]> ask(byte[] picture) {
    return slot.answerAsync(Picture.of(picture)).thenApply(WwtsService::classes);
  }

  private static int[] classes(Answer answer) {
    if (answer instanceof Answer.Refused refused) {
      throw refused.cause();
    }
    return ((Answer.Recognized) answer).results().stream().mapToInt(Recognition::index).toArray();
  }

  @Override
  public void swap() {
    slot.swap(model);
  }

  @Override
  public void close() {
    slot.close();
  }
}
