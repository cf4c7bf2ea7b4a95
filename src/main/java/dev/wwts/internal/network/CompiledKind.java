package dev.wwts.internal.network;

import dev.wwts.Device;
import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.Precision;
import dev.wwts.internal.cuda.CudaRuntime;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.model.Library;
import dev.wwts.internal.model.Target;
import dev.wwts.internal.natives.CpuFeatures;
import dev.wwts.internal.remark.Remark;
import dev.wwts.internal.remark.Remarks;
import dev.wwts.internal.torch.CudaSetup;
import dev.wwts.internal.torch.Devices;
import dev.wwts.internal.torch.LibTorch;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;

/**
 * A network that AOTInductor has compiled: runs on what it was compiled for, in the precision that
 * it was compiled in. All that its manifest asks for is looked at before any of its code runs:
 * instructions that a processor does not know end the process.
 */
record CompiledKind(Bundle bundle, Library library) implements NetworkKind {
  private static final int MOST_NAMES = 3;

  @Override
  public Device device(Device wish) {
    Target target = library.target();
    Device.Kind wanted = wish.kind() == Device.Kind.AUTO ? target.device() : wish.kind();
    if (wanted != target.device()) {
      throw incompatible(
          "for %s and does not run on %s: choose that device, or export it again"
              .formatted(lower(target.device()), wish));
    }
    requireHost(target, CpuFeatures.here());
    if (wanted == Device.Kind.CPU) {
      return Device.CPU;
    }
    Device card = Devices.choose(wish.kind() == Device.Kind.AUTO ? Device.cuda(0) : wish);
    String capability = CudaRuntime.capability(card.index());
    if (!capability.equals(target.capability())) {
      throw incompatible(
          "for cards of compute capability %s, and %s has %s: export it again there"
              .formatted(target.capability(), card, capability));
    }
    return card;
  }

  /** What the code asks of LibTorch, system and processor, in that order. */
  void requireHost(Target target, Set<String> features) {
    String here = LibTorch.version();
    if (!release(target.torch()).equals(release(here))) {
      throw incompatible(
          "by torch %s, and this is LibTorch %s: export it again with torch %s"
              .formatted(target.torch(), here, release(here)));
    }
    if (!target.platform().equals(Loader.getPlatform())) {
      throw incompatible(
          "for %s, and this is %s: export it again here"
              .formatted(target.platform(), Loader.getPlatform()));
    }
    Set<String> missing = new TreeSet<>(target.cpuFeatures());
    missing.removeAll(features);
    if (!missing.isEmpty()) {
      throw incompatible(
          "for a processor with %s, which this one has not: export it here, or with --cpu avx2"
              .formatted(String.join(", ", missing.stream().limit(MOST_NAMES).toList())));
    }
  }

  /**
   * The C interface between compiled code and LibTorch is kept within 2.13, not from it to 2.14.
   */
  private static String release(String version) {
    return version.replaceFirst("^([0-9]+\\.[0-9]+)\\b.*", "$1");
  }

  private ModelException incompatible(String fault) {
    return new ModelException(
        Reason.INCOMPATIBLE, "%s was compiled %s.".formatted(bundle.path(), fault));
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public Precision precision(Precision wish, Device device) {
    Precision own =
        switch (bundle.manifest().dtype()) {
          case FLOAT32 -> Precision.FP32;
          case FLOAT16 -> Precision.FP16;
          case BFLOAT16 -> Precision.BF16;
        };
    if (wish != Precision.AUTO && wish != own) {
      throw incompatible(
          "in %s and does not compute in %s: leave the precision out, or export it again"
              .formatted(lower(own), lower(wish)));
    }
    return own;
  }

  @Override
  public boolean hasFullPrecision() {
    return bundle.manifest().dtype() == dev.wwts.internal.model.Manifest.DType.FLOAT32;
  }

  @Override
  public Network load(Device device, torch.ScalarType type, Remarks remarks) {
    return load(device, remarks);
  }

  @Override
  public LayoutTrial.Winner load(CudaSetup setup, LayoutTrial.Stopwatch stopwatch) {
    Network network = load(Device.cuda(setup.device()), setup.remarks());
    CudaRuntime.synchronize();
    return new LayoutTrial.Winner(setup, network);
  }

  private Network load(Device device, Remarks remarks) {
    Target target = library.target();
    Network network = CompiledNetwork.load(bundle.path(), library, device);
    remarks.add(
        new Remark.Compiled(
            target.torch(), target.capability(), target.leastBatch(), target.mostBatch()));
    return network;
  }
}
