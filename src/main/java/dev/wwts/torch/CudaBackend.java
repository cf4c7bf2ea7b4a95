package dev.wwts.torch;

import dev.wwts.Device;
import dev.wwts.DeviceMemory;
import dev.wwts.bundle.Bundle;
import dev.wwts.cuda.CudaMemory;
import dev.wwts.cuda.CudaRuntime;
import dev.wwts.cuda.MemoryBudget;
import dev.wwts.cuda.NativeLibrary;
import dev.wwts.cuda.Nvml;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.global.torch;

/** A model on a card: the budget, the network in the layout that measured faster, and its lanes. */
final class CudaBackend implements Backend {
  private final CudaSetup setup;
  private final Network network;
  private final MemoryBudget budget;
  private final long weights;

  private CudaBackend(CudaSetup setup, Network network, MemoryBudget budget, long weights) {
    this.setup = setup;
    this.network = network;
    this.budget = budget;
    this.weights = weights;
  }

  static CudaBackend load(
      Bundle bundle, Device device, torch.ScalarType type, EngineOptions options, Remarks remarks) {
    CudaRuntime.load();
    int card = device.index();
    CudaRuntime.use(card);
    MemoryBudget budget = MemoryBudget.open(card, options.vramBudget());
    boolean whole = false;
    Network loaded = null;
    try {
      long before = CudaMemory.allocated(card);
      CudaSetup setup =
          new CudaSetup(
              bundle,
              card,
              type,
              false,
              options.topK(),
              Set.copyOf(options.batchSizes()),
              options.cudaGraphs(),
              remarks);
      remarks.note("Preprocessing on the card: " + NativeLibrary.status() + ".");
      LayoutTrial.Winner winner = NetworkKind.of(bundle).load(setup);
      loaded = winner.network();
      CudaRuntime.synchronize();
      CudaMemory.emptyCache();
      CudaMemory.resetPeak(card);
      long weights = CudaMemory.allocated(card) - before;
      whole = true;
      return new CudaBackend(winner.setup(), winner.network(), budget, weights);
    } finally {
      if (!whole) {
        if (loaded != null) {
          loaded.close();
        }
        budget.close();
      }
    }
  }

  @Override
  public Lane newLane() {
    return new CudaLane(setup, network);
  }

  @Override
  public Optional<DeviceMemory> memory() {
    int card = setup.device();
    return Optional.of(
        new DeviceMemory(
            weights,
            Math.max(0, CudaMemory.peak(card) - weights),
            CudaMemory.reserved(card),
            Nvml.processMemory(card)));
  }

  @Override
  public void close() {
    try {
      network.close();
      CudaRuntime.use(setup.device());
      CudaRuntime.synchronize();
      CudaMemory.emptyCache();
    } finally {
      budget.close();
    }
  }
}
