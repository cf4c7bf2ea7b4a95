package dev.wwts.internal.lane;

import dev.wwts.Device;
import dev.wwts.DeviceMemory;
import dev.wwts.internal.head.Readout;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.network.Network;
import dev.wwts.internal.network.NetworkKind;
import dev.wwts.internal.pixels.NativeBuffer;
import dev.wwts.internal.pixels.PixelMemory;
import dev.wwts.internal.remark.Remarks;
import dev.wwts.internal.torch.LibTorch;
import dev.wwts.internal.torch.ParkedTeam;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.global.torch;

/** A model on the processor; on Apple's GPU only the network runs there. */
final class CpuBackend implements Backend {
  private final Bundle bundle;
  private final Network network;
  private final List<Readout> readouts;
  private final torch.ScalarType type;
  private final int threads;
  private final Spins spins = new Spins(LibTorch.processors(), ParkedTeam::new);

  private CpuBackend(
      Bundle bundle, Network network, List<Readout> readouts, torch.ScalarType type, int threads) {
    this.bundle = bundle;
    this.network = network;
    this.readouts = readouts;
    this.type = type;
    this.threads = threads;
  }

  static CpuBackend load(
      Bundle bundle,
      List<Readout> readouts,
      Device device,
      torch.ScalarType type,
      int threads,
      Remarks remarks) {
    LibTorch.useThreads(threads);
    Network network = NetworkKind.of(bundle).load(device, type, remarks);
    return new CpuBackend(bundle, network, readouts, type, threads);
  }

  @Override
  public StagedLane newLane() {
    return new CpuLane(bundle, network, readouts, type, threads, spins);
  }

  @Override
  public PixelMemory newPixels() {
    return new NativeBuffer();
  }

  @Override
  public Optional<DeviceMemory> memory() {
    return Optional.empty();
  }

  @Override
  public void close() {
    spins.close();
    network.close();
  }
}
