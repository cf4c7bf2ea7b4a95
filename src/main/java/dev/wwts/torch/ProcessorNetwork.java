package dev.wwts.torch;

import dev.wwts.ModelException;
import dev.wwts.bundle.Bundle;
import dev.wwts.bundle.Manifest;
import dev.wwts.bundle.Recipe;
import java.nio.file.Path;
import java.util.Locale;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Chooses what runs a model on the processor: its network with the layers made oneDNN's, if that
 * one answers as the plain one does ({@link Trial}), else the plain one.
 */
final class ProcessorNetwork {
  /** Below it 16 bits are told to be slower; less is noise. */
  private static final double SLOWER = 0.9;

  private final Bundle bundle;
  private final torch.ScalarType type;
  private final Remarks remarks;

  private ProcessorNetwork(Bundle bundle, torch.ScalarType type, Remarks remarks) {
    this.bundle = bundle;
    this.type = type;
    this.remarks = remarks;
  }

  /**
   * Loads a model's network and closes the bundle, whose content is no longer needed then.
   *
   * @param remarks told where it does not run as it could
   * @throws dev.wwts.ModelException if LibTorch refuses it, or if it does not run
   */
  static Network load(Bundle bundle, torch.ScalarType type, Remarks remarks) {
    return TorchScriptNetwork.load(
        bundle.path(), () -> new ProcessorNetwork(bundle, type, remarks).choose());
  }

  private Network choose() {
    var loaded = TorchScriptNetwork.loaded(bundle.content());
    // before freezing, trying and packing copy the weights
    bundle.close();
    FrozenGraph plain = TorchScriptNetwork.frozen(loaded);
    Relocation.run(plain, new Device(torch.DeviceType.CPU), torch.ScalarType.Float, false);
    if (type == torch.ScalarType.Half) {
      return TorchScriptNetwork.of(path(), narrow(plain), false);
    }
    try (Network network = TorchScriptNetwork.of(path(), plain, false)) {
      Trial trial = trial(network);
      return type == torch.ScalarType.Float ? inFull(plain, trial) : inHalf(plain, trial);
    }
  }

  private Trial trial(Network plain) {
    try {
      return new Trial(bundle, plain);
    } catch (ModelException e) {
      if (bundle.manifest().dtype() == Manifest.DType.FLOAT32) {
        throw e;
      }
      throw new ModelException(
          e.reason(), e.getMessage() + " It was traced in 16 bits: export it in float32.", e);
    }
  }

  private Network inFull(FrozenGraph plain, Trial trial) {
    Network rewritten = rewritten(plain);
    if (rewritten != null && isProven(rewritten, trial.fault(rewritten))) {
      return rewritten;
    }
    return TorchScriptNetwork.of(path(), plain, false);
  }

  private Network inHalf(FrozenGraph plain, Trial trial) {
    FrozenGraph narrow = narrow(plain);
    Network network = TorchScriptNetwork.of(path(), narrow, false);
    try {
      double loss = trial.loss(network);
      Network rewritten = rewritten(narrow);
      if (rewritten != null && isProven(rewritten, trial.fault(rewritten, loss))) {
        network.close();
        network = rewritten;
      }
      double speed = trial.speed(network);
      if (speed < SLOWER) {
        remarks.warn(
            String.format(
                Locale.ROOT,
                "bf16 is slower than fp32 here: a forward takes %.1f times as long.",
                1 / speed));
      }
      return network;
    } catch (RuntimeException e) {
      network.close();
      throw e;
    }
  }

  private FrozenGraph narrow(FrozenGraph plain) {
    FrozenGraph narrow = plain.copy();
    Relocation.run(narrow, new Device(torch.DeviceType.CPU), type, false);
    return narrow;
  }

  /** The network with its layers made oneDNN's; null where that fails. */
  private @Nullable Network rewritten(FrozenGraph plain) {
    Recipe input = bundle.manifest().input();
    long[] shape = {1, 3, input.height(), input.width()};
    FrozenGraph copy = plain.copy();
    try {
      boolean channelsLast =
          OneDnnRewrite.run(copy, type, torch.zeros(shape, new TensorOptions(type)));
      return TorchScriptNetwork.of(path(), copy, channelsLast);
    } catch (RuntimeException e) {
      tellUnused("it fails (" + NativeErrors.firstWords(e) + ")");
      return null;
    }
  }

  private boolean isProven(Network rewritten, String fault) {
    if (fault.isEmpty()) {
      return true;
    }
    rewritten.close();
    tellUnused(fault);
    return false;
  }

  private void tellUnused(String fault) {
    remarks.warn(
        "The network runs as it is in the file, not rewritten for oneDNN, and slower: "
            + fault
            + ".");
  }

  private Path path() {
    return bundle.path();
  }
}
