package dev.wwts.internal.network;

import dev.wwts.Device;
import dev.wwts.Precision;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.remark.Remarks;
import dev.wwts.internal.torch.CudaSetup;
import org.bytedeco.pytorch.global.torch;

/**
 * How the network of a model file comes onto a device. The one place where kinds of files differ:
 * engine, backends and lanes see a {@link Network}.
 */
public interface NetworkKind {
  /** That of a model. */
  static NetworkKind of(Bundle bundle) {
    return bundle
        .library()
        .<NetworkKind>map(it -> new CompiledKind(bundle, it))
        .orElseGet(() -> new ScriptKind(bundle));
  }

  /**
   * The device that a wish means for it here.
   *
   * @throws dev.wwts.DeviceException if it is not there
   * @throws dev.wwts.ModelException if the network does not run on it
   */
  Device device(Device wish);

  /**
   * The precision that a wish means for it there.
   *
   * @throws dev.wwts.ModelException if the network does not compute in it
   */
  Precision precision(Precision wish, Device device);

  /** Whether it runs in fp32 where it fails in less. */
  boolean hasFullPrecision();

  /**
   * Loads it onto the processor or Apple's GPU.
   *
   * @param remarks told how it runs
   * @throws dev.wwts.ModelException if LibTorch refuses it
   */
  Network load(Device device, torch.ScalarType type, Remarks remarks);

  /**
   * Loads it onto a card.
   *
   * @param stopwatch what ways to run it are chosen by
   * @throws dev.wwts.ModelException if LibTorch refuses it
   * @throws dev.wwts.OutOfDeviceMemoryException if it does not fit
   */
  LayoutTrial.Winner load(CudaSetup setup, LayoutTrial.Stopwatch stopwatch);
}
