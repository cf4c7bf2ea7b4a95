package dev.wwts.internal.lane;

import dev.wwts.internal.head.Readings;
import dev.wwts.internal.head.Readout;
import dev.wwts.internal.image.DecodedPicture;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.network.Network;
import dev.wwts.internal.torch.LibTorch;
import dev.wwts.internal.torch.Logits;
import dev.wwts.internal.torch.NativeScope;
import dev.wwts.internal.torch.OutOfMemory;
import dev.wwts.internal.torch.Owned;
import dev.wwts.internal.torch.Preprocessor;
import java.util.List;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A lane whose every stage runs on the processor, in its thread and the team that LibTorch keeps
 * for it.
 */
final class CpuLane extends StagedLane {
  private final Bundle bundle;
  private final Network network;
  private final torch.ScalarType type;
  private final int threads;
  private final Spins spins;
  private final Stalls stalls = new Stalls();
  private final RunDelay delay = new RunDelay();
  private final Preprocessor preprocessor;
  private final List<HostReadout> readouts;
  private @Nullable Owned<Tensor> input;
  private @Nullable Owned<Tensor> logits;
  private int batch;

  CpuLane(
      Bundle bundle,
      Network network,
      List<Readout> readouts,
      torch.ScalarType type,
      int threads,
      Spins spins) {
    this.bundle = bundle;
    this.network = network;
    this.type = type;
    this.threads = threads;
    this.spins = spins;
    this.readouts = readouts.stream().map(HostReadout::of).toList();
    this.preprocessor =
        NativeScope.inference(() -> new Preprocessor(bundle.manifest().input(), type));
    spins.started(threads);
  }

  @Override
  public void begin(int n) {
    closeLogits();
    if (input != null && batch == n) {
      return;
    }
    if (input != null) {
      input.close();
      input = null;
    }
    MemoryFormatOptional layout =
        network.wantsChannelsLast()
            ? new MemoryFormatOptional(torch.MemoryFormat.ChannelsLast)
            : null;
    long[] shape = {n, 3, bundle.manifest().input().height(), bundle.manifest().input().width()};
    try {
      input =
          NativeScope.inference(
              () -> new Owned<>(torch.empty(shape, new TensorOptions(type), layout)));
    } catch (RuntimeException e) {
      throw OutOfMemory.typed(e);
    }
    batch = n;
  }

  @Override
  public boolean preprocess(int slot, DecodedPicture picture) {
    LibTorch.useThreads(threads);
    try (picture) {
      NativeScope.inference(
          () -> {
            Tensor into = batch == 1 ? begun() : begun().narrow(0, slot, 1);
            if (picture.isInput()) {
              Preprocessor.copy(picture.address(), into);
            } else {
              preprocessor.write(picture.pixels(), into);
            }
            return picture;
          });
    }
    return true;
  }

  @Override
  public void forward(int n) {
    LibTorch.useThreads(threads);
    closeLogits();
    long delayed = threads > 1 ? delay.nanos() : 0;
    long began = System.nanoTime();
    logits = NativeScope.inference(() -> Logits.checked(bundle, network.forward(slots(n)), n));
    if (threads > 1) {
      long now = System.nanoTime();
      spins.forwarded(stalls.took(n, now - began, delay.nanos() - delayed), now);
    }
  }

  @Override
  public List<Readings> read() {
    return NativeScope.of(
        () -> {
          readouts.forEach(readout -> readout.take(answered()));
          return BatchReadout.readings(readouts, (int) answered().size(0), bundle.path());
        });
  }

  @Override
  public float[][] logits() {
    return NativeScope.inference(
        () -> Logits.rows(answered().contiguous(), (int) answered().size(0)));
  }

  /** A view even of all slots: a network that resizes its input does so to the view. */
  private Tensor slots(int n) {
    return begun().narrow(0, 0, n);
  }

  /** The network's input, for as many pictures as were begun. */
  Tensor begun() {
    if (input == null) {
      throw new IllegalStateException("begin(n) comes first.");
    }
    return input.get();
  }

  private Tensor answered() {
    if (logits == null) {
      throw new IllegalStateException("forward(n) comes first.");
    }
    return logits.get();
  }

  private void closeLogits() {
    if (logits != null) {
      logits.close();
      logits = null;
    }
  }

  @Override
  public void close() {
    closeLogits();
    if (input != null) {
      input.close();
      input = null;
    }
    preprocessor.close();
    delay.close();
    spins.ended(threads);
  }
}
