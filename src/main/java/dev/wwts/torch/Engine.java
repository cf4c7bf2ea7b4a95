package dev.wwts.torch;

import dev.wwts.Device;
import dev.wwts.DeviceException;
import dev.wwts.Precision;
import dev.wwts.bundle.Bundle;
import org.bytedeco.pytorch.global.torch;

/**
 * A model on a device: its network, and the lanes that run it. Safe for any number of threads; each
 * lane for one.
 */
public final class Engine implements AutoCloseable {
  private final Bundle bundle;
  private final Device device;
  private final Precision precision;
  private final int threads;
  private final Network network;

  private Engine(Bundle bundle, Device device, Precision precision, int threads, Network network) {
    this.bundle = bundle;
    this.device = device;
    this.precision = precision;
    this.threads = threads;
    this.network = network;
  }

  /**
   * Loads a model's network.
   *
   * @param device where; {@code AUTO} is decided here
   * @param precision in what; {@code AUTO} is decided here
   * @param threads LibTorch's threads for one forward on a CPU, 0 for its own default
   * @throws dev.wwts.ModelException if LibTorch refuses the model
   * @throws DeviceException if the device or the natives are not there
   */
  public static Engine load(Bundle bundle, Device device, Precision precision, int threads) {
    LibTorch.load();
    Device chosen = Devices.choose(device);
    Precision used = precision == Precision.AUTO ? Precision.FP32 : precision;
    int count = threads > 0 ? threads : LibTorch.defaultThreads();
    LibTorch.useThreads(count);
    Network network = TorchScriptNetwork.load(bundle.path(), chosen, type(used));
    return new Engine(bundle, chosen, used, count, network);
  }

  /** A new lane; the caller closes it before the engine. */
  public Lane newLane() {
    return new CpuLane(bundle, network, type(precision), threads);
  }

  /** Where it runs. */
  public Device device() {
    return device;
  }

  /** What it computes in. */
  public Precision precision() {
    return precision;
  }

  /** LibTorch's threads for one forward on a CPU. */
  public int threads() {
    return threads;
  }

  private static torch.ScalarType type(Precision precision) {
    return switch (precision) {
      case FP16 -> torch.ScalarType.Half;
      case BF16 -> torch.ScalarType.BFloat16;
      default -> torch.ScalarType.Float;
    };
  }

  @Override
  public void close() {
    network.close();
  }
}
