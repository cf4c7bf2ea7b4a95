package dev.wwts.torch;

import dev.wwts.ModelException;
import dev.wwts.bundle.Bundle;
import dev.wwts.bundle.Manifest;
import dev.wwts.bundle.Recipe;
import java.util.Locale;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses what runs a model on the processor: its network with the layers made oneDNN's, if that
 * one answers as the plain one does ({@link Trial}), else the plain one.
 */
final class ProcessorNetwork {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessorNetwork.class);

  /** Below it 16 bits are told to be slower; less is noise. */
  private static final double SLOWER = 0.9;

  /**
   * Of the largest logit, in bfloat16; ordinary networks lose 0.005 to 0.03. A self-test, where
   * there is one, knows better.
   */
  private static final double MOST_LOST = 0.1;

  private final Bundle bundle;
  private final torch.ScalarType type;
  private final Remarks remarks;

  private ProcessorNetwork(Bundle bundle, torch.ScalarType type, Remarks remarks) {
    this.bundle = bundle;
    this.type = type;
    this.remarks = remarks;
  }

  /**
   * Loads a model's network.
   *
   * @param remarks told where it does not run as it could
   * @throws dev.wwts.ModelException if LibTorch refuses it, or if it does not run
   */
  static Network load(Bundle bundle, torch.ScalarType type, Remarks remarks) {
    return TorchScriptNetwork.load(
        bundle.path(), () -> new ProcessorNetwork(bundle, type, remarks).choose());
  }

  private Network choose() {
    FrozenGraph plain = plain();
    if (type == torch.ScalarType.Half) {
      return network(narrow(plain), false);
    }
    try (Trial trial = trial(plain)) {
      return type == torch.ScalarType.Float ? inFull(plain, trial) : inHalf(plain, trial);
    }
  }

  /** The network as it is in the file. */
  private FrozenGraph plain() {
    FrozenGraph plain = TorchScriptNetwork.frozen(bundle.path());
    relocate(plain, torch.ScalarType.Float);
    return plain;
  }

  /** In a scope of its own, as what ran the network keeps its weights. */
  private Trial trial(FrozenGraph plain) {
    return NativeScope.of(
        () -> {
          try (Network network = network(plain, false)) {
            return new Trial(bundle, network);
          } catch (ModelException e) {
            if (bundle.manifest().dtype() == Manifest.DType.FLOAT32) {
              throw e;
            }
            throw new ModelException(
                e.reason(), e.getMessage() + " It was traced in 16 bits: export it in float32.", e);
          }
        });
  }

  /** The plain graph is changed itself, layer by layer; where that fails it is loaded again. */
  private Network inFull(FrozenGraph plain, Trial trial) {
    Network rewritten = rewritten(plain);
    double difference = rewritten == null ? 0 : difference(rewritten, trial);
    if (rewritten != null && difference <= Trial.FLOAT) {
      return rewritten;
    }
    Network network = network(plain(), false);
    if (rewritten != null && isExplained(difference, trial.allowed(network))) {
      network.close();
      return rewritten;
    }
    if (rewritten != null) {
      rewritten.close();
    }
    return network;
  }

  private Network inHalf(FrozenGraph plain, Trial trial) {
    FrozenGraph narrow = narrow(plain);
    Network network = network(narrow, false);
    try {
      double loss = trial.difference(network, type);
      requireLittle(loss);
      Network rewritten = rewritten(narrow.copy());
      if (rewritten != null && isExplained(difference(rewritten, trial), Trial.allowed(loss))) {
        network.close();
        network = rewritten;
      } else if (rewritten != null) {
        rewritten.close();
      }
      tellIfSlow(network, plain, trial);
      return network;
    } catch (RuntimeException e) {
      network.close();
      throw e;
    }
  }

  private void requireLittle(double loss) {
    if (bundle.selfTest().isEmpty() && loss > MOST_LOST) {
      throw new ModelException(
          ModelException.Reason.BAD_OUTPUT,
          String.format(
              Locale.ROOT,
              "%s: in bf16 its logits differ by %.2f of the largest.",
              bundle.path(),
              loss));
    }
  }

  private void tellIfSlow(Network network, FrozenGraph plain, Trial trial) {
    try (Network wide = network(plain, false)) {
      double share = trial.speed(network, type) / trial.speed(wide, torch.ScalarType.Float);
      if (share < SLOWER) {
        remarks.warn(
            String.format(
                Locale.ROOT,
                "bf16 is slower than fp32 here: a forward takes %.1f times as long.",
                1 / share));
      }
    }
  }

  private FrozenGraph narrow(FrozenGraph plain) {
    FrozenGraph narrow = plain.copy();
    relocate(narrow, type);
    return narrow;
  }

  /** In a scope of its own, as every look at a weight holds it. */
  private static void relocate(FrozenGraph network, torch.ScalarType type) {
    NativeScope.of(
        () -> {
          Relocation.run(network, new Device(torch.DeviceType.CPU), type, false);
          return network;
        });
  }

  /** The network with its layers made oneDNN's, its graph changed; null where that fails. */
  private @Nullable Network rewritten(FrozenGraph graph) {
    Recipe input = bundle.manifest().input();
    long[] shape = {1, 3, input.height(), input.width()};
    try {
      boolean channelsLast =
          OneDnnRewrite.run(graph, type, torch.zeros(shape, new TensorOptions(type)));
      return network(graph, channelsLast);
    } catch (RuntimeException e) {
      tellUnused("it fails (" + NativeErrors.firstWords(e) + ")");
      return null;
    }
  }

  /** Infinite where the rewritten network fails. */
  private double difference(Network rewritten, Trial trial) {
    try {
      return trial.difference(rewritten, type);
    } catch (RuntimeException e) {
      LOG.debug("The rewritten network fails.", e);
      return Double.POSITIVE_INFINITY;
    }
  }

  private boolean isExplained(double difference, double allowed) {
    if (difference <= allowed) {
      return true;
    }
    tellUnused(
        Double.isInfinite(difference)
            ? "it fails or gives no numbers"
            : String.format(
                Locale.ROOT,
                "its logits differ by %.1e of the largest, more than the %.1e that rounding explains",
                difference,
                allowed));
    return false;
  }

  private void tellUnused(String fault) {
    remarks.warn(
        "The network runs as it is in the file, not rewritten for oneDNN, and slower: "
            + fault
            + ".");
  }

  private Network network(FrozenGraph graph, boolean channelsLast) {
    return TorchScriptNetwork.of(bundle.path(), graph, channelsLast);
  }
}
