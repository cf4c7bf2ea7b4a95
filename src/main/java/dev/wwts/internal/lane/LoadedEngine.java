package dev.wwts.internal.lane;

import dev.wwts.Device;
import dev.wwts.DeviceException;
import dev.wwts.DeviceMemory;
import dev.wwts.JpegDecoder;
import dev.wwts.ModelException;
import dev.wwts.Precision;
import dev.wwts.internal.head.Readout;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.natives.MemoryLimits;
import dev.wwts.internal.network.NetworkKind;
import dev.wwts.internal.network.TextNetwork;
import dev.wwts.internal.pixels.PixelMemory;
import dev.wwts.internal.remark.Remark;
import dev.wwts.internal.remark.Remarks;
import dev.wwts.internal.settings.Settings;
import dev.wwts.internal.torch.Devices;
import dev.wwts.internal.torch.LibTorch;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** A model that was loaded onto a device. */
final class LoadedEngine implements Engine {
  /** What loading takes beside the weights (LibTorch's own, trial runs), rounded up. */
  private static final long LOADING = 32L << 20;

  /** Read, frozen and packed: weights are there more than once for a while. */
  private static final long MOST_COPIES = 3;

  private final Backend backend;
  private final @Nullable TextNetwork texts;
  private final Device device;
  private final Precision precision;
  private final int threads;
  private final Remarks remarks;

  private LoadedEngine(
      Backend backend,
      @Nullable TextNetwork texts,
      Device device,
      Precision precision,
      int threads,
      Remarks remarks) {
    this.backend = backend;
    this.texts = texts;
    this.device = device;
    this.precision = precision;
    this.threads = threads;
    this.remarks = remarks;
  }

  /** What {@link Engine#load} does. */
  static Engine load(Bundle bundle, List<Readout> readouts, Settings settings) {
    try (bundle) {
      return open(bundle, readouts, settings);
    }
  }

  private static Engine open(Bundle bundle, List<Readout> readouts, Settings settings) {
    LibTorch.load();
    MemoryLimits.require(LOADING + MOST_COPIES * bundle.content().size());
    NetworkKind kind = NetworkKind.of(bundle);
    Device device = kind.device(settings.device());
    if (settings.decoder() == JpegDecoder.GPU && device.kind() != Device.Kind.CUDA) {
      throw new DeviceException(noCardDecodes(settings.device(), device));
    }
    Precision precision = kind.precision(settings.precision(), device);
    Remarks remarks = new Remarks();
    try {
      return open(bundle, readouts, settings, device, precision, remarks);
    } catch (ModelException e) {
      if (precision == Precision.FP32 || !kind.hasFullPrecision()) {
        throw e;
      }
      remarks.add(new Remark.LeftPrecision(String.valueOf(e.getMessage()), precision));
      try (Bundle again = bundle.again()) {
        return open(again, readouts, settings, device, Precision.FP32, remarks);
      }
    }
  }

  /** A wish for auto also says why there is no card. */
  private static String noCardDecodes(Device wish, Device device) {
    String fault = wish.kind() == Device.Kind.AUTO ? Devices.cudaFault(0) : "";
    return "Decoder gpu needs device cuda, as pixels stay on the card, but the model runs on %s%s; or use decoder cpu."
        .formatted(device, fault.isEmpty() ? "" : " (" + fault + ")");
  }

  private static Engine open(
      Bundle bundle,
      List<Readout> readouts,
      Settings settings,
      Device device,
      Precision precision,
      Remarks remarks) {
    int threads = settings.threads() > 0 ? settings.threads() : LibTorch.defaultThreads();
    LibTorch.useThreads(threads);
    // first, as the content goes with the image network
    TextNetwork texts = bundle.text().map(it -> TextNetwork.load(it, remarks)).orElse(null);
    try {
      Backend backend =
          device.kind() == Device.Kind.CUDA
              ? CudaBackend.load(bundle, readouts, device, type(precision), settings, remarks)
              : CpuBackend.load(bundle, readouts, device, type(precision), threads, remarks);
      return new LoadedEngine(backend, texts, device, precision, threads, remarks);
    } catch (RuntimeException | Error e) {
      if (texts != null) {
        texts.close();
      }
      throw e;
    }
  }

  @Override
  public StagedLane newLane() {
    return backend.newLane();
  }

  @Override
  public float[][] embeddings(int[][] ids) {
    if (texts == null) {
      throw new IllegalStateException("The model has no text tower.");
    }
    return texts.embeddings(ids, threads);
  }

  @Override
  public PixelMemory newPixels() {
    return backend.newPixels();
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public Precision precision() {
    return precision;
  }

  @Override
  public int threads() {
    return threads;
  }

  @Override
  public List<Remark> remarks() {
    return remarks.list();
  }

  @Override
  public void remark(Remark remark) {
    remarks.add(remark);
  }

  @Override
  public Optional<DeviceMemory> memory() {
    return backend.memory();
  }

  @Override
  public String failure() {
    return backend.failure();
  }

  static torch.ScalarType type(Precision precision) {
    return switch (precision) {
      case FP16 -> torch.ScalarType.Half;
      case BF16 -> torch.ScalarType.BFloat16;
      default -> torch.ScalarType.Float;
    };
  }

  @Override
  public void close() {
    if (texts != null) {
      texts.close();
    }
    backend.close();
  }
}
