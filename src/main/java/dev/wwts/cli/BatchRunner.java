package dev.wwts.cli;

import dev.wwts.DeviceException;
import dev.wwts.JpegDecoder;
import dev.wwts.OutOfDeviceMemoryException;
import dev.wwts.Picture;
import dev.wwts.internal.head.Heads;
import dev.wwts.internal.lane.Engine;
import dev.wwts.internal.lane.Lane;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.remark.Remark;
import dev.wwts.internal.serve.InlineBatch;
import dev.wwts.internal.settings.Settings;
import java.nio.ByteBuffer;
import java.util.List;

/** A model and one lane of it that runs whole batches: unlike a recognizer it never splits them. */
final class BatchRunner implements AutoCloseable {
  private final Engine engine;
  private final InlineBatch pictures;
  private final Lane lane;

  BatchRunner(Bundle bundle, Settings options, List<ByteBuffer> pictures) {
    this.engine = Engine.load(bundle, Heads.of(bundle, options).readouts(), options);
    try {
      this.pictures =
          new InlineBatch(
              pictures.stream().map(Picture::of).toList(),
              bundle,
              engine::newPixels,
              options.decoder() == JpegDecoder.GPU);
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

  /** How it runs, for people. */
  List<String> remarks() {
    return engine.remarks().stream().map(Remark::sentence).toList();
  }

  /** Runs a batch of {@code n}, the pictures in turn. */
  void run(int n) {
    try {
      lane.run(pictures.of(n));
    } catch (RuntimeException e) {
      throw failed(e);
    }
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
    pictures.close();
    engine.close();
  }
}
