package dev.wwts.internal.lane;

import dev.wwts.Device;
import dev.wwts.DeviceException;
import dev.wwts.DeviceMemory;
import dev.wwts.JpegDecoder;
import dev.wwts.internal.cuda.CudaMemory;
import dev.wwts.internal.cuda.CudaRuntime;
import dev.wwts.internal.cuda.MemoryBudget;
import dev.wwts.internal.cuda.NativeLibrary;
import dev.wwts.internal.cuda.Nvml;
import dev.wwts.internal.head.Readout;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.network.LayoutTrial;
import dev.wwts.internal.network.Network;
import dev.wwts.internal.network.NetworkKind;
import dev.wwts.internal.pixels.PixelMemory;
import dev.wwts.internal.remark.Remark;
import dev.wwts.internal.remark.Remarks;
import dev.wwts.internal.settings.Settings;
import dev.wwts.internal.torch.CudaSetup;
import dev.wwts.internal.torch.Parts;
import dev.wwts.internal.torch.Tf32;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.global.torch;

/** A model on a card: the budget, the network in the layout that measured faster, and its lanes. */
final class CudaBackend implements Backend {
  /** Forwards of a layout's trial. */
  private static final int TIMED = 20;

  private final CudaSetup setup;
  private final Network network;
  private final List<Readout> readouts;
  private final Parts parts;
  private final long weights;

  private CudaBackend(
      CudaSetup setup, Network network, List<Readout> readouts, Parts parts, long weights) {
    this.setup = setup;
    this.network = network;
    this.readouts = readouts;
    this.parts = parts;
    this.weights = weights;
  }

  static CudaBackend load(
      Bundle bundle,
      List<Readout> readouts,
      Device device,
      torch.ScalarType type,
      Settings settings,
      Remarks remarks) {
    CudaRuntime.load();
    try {
      return open(bundle, readouts, device.index(), type, settings, remarks);
    } catch (RuntimeException e) {
      String failure = CudaRuntime.failure(device.index());
      throw failure.isEmpty() ? e : new DeviceException(failure, e);
    }
  }

  private static CudaBackend open(
      Bundle bundle,
      List<Readout> readouts,
      int card,
      torch.ScalarType type,
      Settings settings,
      Remarks remarks) {
    CudaRuntime.use(card);
    Parts parts = new Parts();
    Network loaded = null;
    try {
      MemoryBudget budget = MemoryBudget.open(card, settings.vramBudget());
      parts.add(budget, budget::close);
      if (type == torch.ScalarType.Float) {
        Tf32 tf32 = Tf32.open(settings.tf32());
        parts.add(tf32, tf32::close);
        remarks.add(tf32.remark());
      }
      long before = CudaMemory.allocated(card);
      CudaSetup setup =
          new CudaSetup(
              bundle,
              card,
              type,
              false,
              Set.copyOf(settings.expectedBatches()),
              settings.cudaGraphs(),
              settings.decoder() == JpegDecoder.GPU,
              remarks);
      if (setup.cardJpegs()) {
        CardJpegs.require();
      }
      remarks.add(new Remark.Preprocessing(NativeLibrary.status()));
      readouts.forEach(readout -> CardReadout.tell(readout, remarks));
      LayoutTrial.Winner winner =
          NetworkKind.of(bundle).load(setup, (trial, network) -> nanos(trial, network, readouts));
      Network network = winner.network();
      loaded = network;
      CudaRuntime.synchronize();
      CudaMemory.emptyCache();
      CudaMemory.resetPeak(card);
      long weights = CudaMemory.allocated(card) - before;
      return new CudaBackend(winner.setup(), network, readouts, parts, weights);
    } catch (RuntimeException | Error e) {
      if (loaded != null) {
        parts.add(loaded, loaded::close);
      }
      parts.closeAfter(e);
      throw e;
    }
  }

  private static long nanos(CudaSetup setup, Network network, List<Readout> readouts) {
    int batch = setup.expected().stream().mapToInt(Integer::intValue).min().orElse(1);
    // what its lanes say of graphs is not what the recognizer's lanes will do
    try (CudaLane lane = new CudaLane(setup.withRemarks(Remarks.unheard()), network, readouts)) {
      return lane.measure(batch, TIMED);
    }
  }

  @Override
  public StagedLane newLane() {
    return new CudaLane(setup, network, readouts);
  }

  @Override
  public PixelMemory newPixels() {
    return new PinnedPixels(setup.device());
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
  public String failure() {
    return CudaRuntime.failure(setup.device());
  }

  @Override
  public void close() {
    try {
      network.close();
      CudaRuntime.use(setup.device());
      CudaRuntime.synchronize();
      CudaMemory.emptyCache();
    } finally {
      parts.close();
    }
  }
}
