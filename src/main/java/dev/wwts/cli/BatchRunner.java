package dev.wwts.cli;

import dev.wwts.DeviceException;
import dev.wwts.OutOfDeviceMemoryException;
import dev.wwts.internal.image.Decoder;
import dev.wwts.internal.image.Limits;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.settings.Settings;
import dev.wwts.internal.torch.Engine;
import dev.wwts.internal.torch.Lane;
import java.nio.ByteBuffer;
import java.util.List;

/** A model and one lane of it that runs whole batches: unlike a recognizer it never splits them. */
final class BatchRunner implements AutoCloseable {
  private final Engine engine;
  private final Decoder decoder;
  private final List<ByteBuffer> pictures;
  private final int top;
  private final Lane lane;

  BatchRunner(Bundle bundle, Settings options, List<ByteBuffer> pictures) {
    this.pictures = pictures;
    this.top = options.topK();
    this.decoder = new Decoder(Limits.DEFAULT, bundle.manifest().input().alpha());
    this.engine = Engine.load(bundle, options);
    try {
      this.lane = engine.newLane();
    } catch (RuntimeException e) {
      RuntimeException thrown = failed(e);
      engine.close();
      throw thrown;
    }
  }

  Engine engine() {
    return engine;
  }

  /** Runs a batch of {@code n}, the pictures in turn. */
  void run(int n) {
    try {
      answer(n);
    } catch (RuntimeException e) {
      throw failed(e);
    }
  }

  private void answer(int n) {
    lane.begin(n);
    for (int slot = 0; slot < n; slot++) {
      ByteBuffer picture = pictures.get(slot % pictures.size());
      lane.preprocess(
          slot, decoder.decode(picture, lane.pixels(), lane.jpegs(), "picture " + slot));
    }
    lane.forward(n);
    lane.rank(top);
  }

  /** Whether a batch of {@code n} can be run. */
  boolean fits(int n) {
    try {
      run(n);
      return true;
    } catch (OutOfDeviceMemoryException e) {
      recover();
      return false;
    }
  }

  private void recover() {
    try {
      lane.recover();
    } catch (RuntimeException e) {
      throw failed(e);
    }
  }

  /** That the device has failed for good, where it has, else the error. */
  private RuntimeException failed(RuntimeException error) {
    String failure = engine.failure();
    return failure.isEmpty() ? error : new DeviceException(failure, error);
  }

  @Override
  public void close() {
    lane.close();
    engine.close();
    decoder.close();
  }
}
