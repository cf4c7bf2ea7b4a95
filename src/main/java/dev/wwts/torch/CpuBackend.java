package dev.wwts.torch;

import dev.wwts.Device;
import dev.wwts.DeviceMemory;
import dev.wwts.bundle.Bundle;
import java.util.Optional;
import org.bytedeco.pytorch.global.torch;

/** A model on the processor; on Apple's GPU only the network runs there. */
final class CpuBackend implements Backend {
  private final Bundle bundle;
  private final Network network;
  private final torch.ScalarType type;
  private final int threads;

  private CpuBackend(Bundle bundle, Network network, torch.ScalarType type, int threads) {
    this.bundle = bundle;
    this.network = network;
    this.type = type;
    this.threads = threads;
  }

  static CpuBackend load(
      Bundle bundle, Device device, torch.ScalarType type, int threads, Remarks remarks) {
    LibTorch.useThreads(threads);
    return new CpuBackend(bundle, network(bundle, device, type, remarks), type, threads);
  }

  private static Network network(
      Bundle bundle, Device device, torch.ScalarType type, Remarks remarks) {
    if (device.kind() != Device.Kind.MPS) {
      if (type == torch.ScalarType.BFloat16 && !PackedWeights.arePossible(type)) {
        remarks.warn("This processor has no bf16 in oneDNN: bf16 is slower than fp32 here.");
      }
      return ProcessorNetwork.load(bundle, type, remarks);
    }
    remarks.warn("Device mps is accepted, but untested.");
    return new MovedNetwork(
        TorchScriptNetwork.load(bundle.content(), device, type, false), device, type);
  }

  @Override
  public Lane newLane() {
    return new CpuLane(bundle, network, type, threads);
  }

  @Override
  public Optional<DeviceMemory> memory() {
    return Optional.empty();
  }

  @Override
  public void close() {
    network.close();
  }
}
