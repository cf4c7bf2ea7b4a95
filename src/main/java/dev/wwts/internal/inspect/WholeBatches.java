package dev.wwts.internal.inspect;

import dev.wwts.DeviceException;
import dev.wwts.JpegDecoder;
import dev.wwts.OutOfDeviceMemoryException;
import dev.wwts.Picture;
import dev.wwts.Precision;
import dev.wwts.internal.head.Heads;
import dev.wwts.internal.lane.Engine;
import dev.wwts.internal.lane.Lane;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.serve.InlineBatch;
import dev.wwts.internal.settings.Settings;
import dev.wwts.internal.text.Printable;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A model and one lane of it that runs whole batches of the same pictures, to see what memory they
 * take: unlike a recognizer it never splits them.
 */
public final class WholeBatches implements AutoCloseable {
  private final Engine engine;
  private final InlineBatch pictures;
  private final Lane lane;

  /**
   * Loads the model and closes the bundle.
   *
   * @param pictures encoded ones, which a batch takes in turn
   * @throws dev.wwts.WwtsException as {@link Engine#load}
   */
  public WholeBatches(Bundle bundle, Settings settings, List<ByteBuffer> pictures) {
    this.engine = Engine.load(bundle, Heads.of(bundle, settings).readouts(), settings);
    try {
      this.pictures =
          new InlineBatch(
              pictures.stream().map(Picture::of).toList(),
              bundle,
              engine::newPixels,
              settings.decoder() == JpegDecoder.GPU);
      this.lane = engine.newLane();
    } catch (RuntimeException e) {
      RuntimeException thrown = failed(e);
      engine.close();
      throw thrown;
    }
  }

  /** What it computes in. */
  public Precision precision() {
    return engine.precision();
  }

  /** How it runs, for people. */
  public List<String> remarks() {
    return engine.remarks().stream().map(remark -> Printable.line(remark.sentence())).toList();
  }

  /**
   * Runs a batch of {@code n}.
   *
   * @throws OutOfDeviceMemoryException if it does not fit the device's memory
   * @throws DeviceException if the device does nothing more in this process
   */
  public void run(int n) {
    try {
      lane.run(pictures.of(n));
    } catch (RuntimeException e) {
      throw failed(e);
    }
  }

  /** Whether a batch of {@code n} can be run. */
  public boolean fits(int n) {
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
