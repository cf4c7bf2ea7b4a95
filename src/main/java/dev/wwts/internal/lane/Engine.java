package dev.wwts.internal.lane;

import dev.wwts.Device;
import dev.wwts.DeviceMemory;
import dev.wwts.Precision;
import dev.wwts.internal.head.Readout;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.pixels.PixelMemory;
import dev.wwts.internal.remark.Remark;
import dev.wwts.internal.settings.Settings;
import java.util.List;
import java.util.Optional;

/**
 * A model on a device: its network, and the lanes that run it. Safe for any number of threads; each
 * lane for one.
 */
public interface Engine extends AutoCloseable {
  /**
   * Loads a model's network, in fp32 where it does not run in less, and closes the bundle, whose
   * content is no longer needed then.
   *
   * @param readouts what its lanes read from the network's output
   * @throws dev.wwts.ModelException if LibTorch refuses the model
   * @throws dev.wwts.DeviceException if the device or the natives are not there
   * @throws dev.wwts.OutOfDeviceMemoryException if the device has too little memory for it
   */
  static Engine load(Bundle bundle, List<Readout> readouts, Settings settings) {
    return LoadedEngine.load(bundle, readouts, settings);
  }

  /** A new lane of the calling thread, which closes it before the engine is closed. */
  Lane newLane();

  /**
   * The embeddings of texts, by the calling thread, which is a lane's.
   *
   * @param ids those of each text, as the model's tokenizer gives them
   * @throws dev.wwts.ModelException if the network fails
   * @throws IllegalStateException if the model has no text tower
   */
  float[][] embeddings(int[][] ids);

  /** Memory for a decoded picture, from where lanes read it; the caller closes it. */
  PixelMemory newPixels();

  /** Where it runs. */
  Device device();

  /** What it computes in. */
  Precision precision();

  /** LibTorch's threads for one forward on a CPU. */
  int threads();

  /** How it runs and what fell back. */
  List<Remark> remarks();

  /** Adds one and logs it, once. */
  void remark(Remark remark);

  /** What it takes of the device's memory; empty where the device is the processor. */
  Optional<DeviceMemory> memory();

  /**
   * That the device does nothing more in this process, as a sentence; empty where it goes on. To be
   * asked where something has failed.
   */
  String failure();

  @Override
  void close();
}
