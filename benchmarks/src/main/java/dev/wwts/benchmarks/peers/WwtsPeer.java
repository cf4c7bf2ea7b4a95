package dev.wwts.benchmarks.peers;

import dev.wwts.Device;
import dev.wwts.Precision;
import dev.wwts.Recognition;
import dev.wwts.Recognizer;
import java.nio.file.Path;
import java.util.Locale;

/** This project, by its public interface. */
final class WwtsPeer implements Peer {
  private final Recognizer recognizer;

  WwtsPeer(Path model, int threads, String precision) {
    this.recognizer =
        Recognizer.builder(model)
            .device(Device.CPU)
            .threads(threads)
            .precision(Precision.valueOf(precision.toUpperCase(Locale.ROOT)))
            .threshold(0)
            .load();
  }

  @Override
  public int[] recognize(byte[] picture) {
    return recognizer.recognize(picture).stream().mapToInt(Recognition::index).toArray();
  }

  @Override
  public void close() {
    recognizer.close();
  }
}
