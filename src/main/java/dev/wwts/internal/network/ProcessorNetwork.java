package dev.wwts.internal.network;

import dev.wwts.ModelException;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.model.Manifest.DType;
import dev.wwts.internal.remark.Remark;
import dev.wwts.internal.remark.Remarks;
import dev.wwts.internal.rewrite.Destination;
import dev.wwts.internal.rewrite.FrozenGraph;
import dev.wwts.internal.rewrite.Passes;
import dev.wwts.internal.torch.NativeErrors;
import dev.wwts.internal.torch.NativeScope;
import java.util.Locale;
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
    FrozenGraph plain = plain(bundle);
    if (type == torch.ScalarType.Half) {
      return network(narrow(plain), false);
    }
    try (Trial trial = new Trial(bundle)) {
      return type == torch.ScalarType.Float ? inFull(plain, trial) : inHalf(plain, trial);
    }
  }

  /** The network as it is in the file, which is let go before anything copies weights. */
  private static FrozenGraph plain(Bundle bundle) {
    FrozenGraph plain =
        TorchScriptNetwork.frozen(bundle.content(), Passes.PROCESSOR, bundle::close);
    relocate(plain, torch.ScalarType.Float);
    return plain;
  }

  /**
   * The plain graph is changed itself, layer by layer, after it has told its answers; where the
   * change fails the file is loaded again.
   */
  private Network inFull(FrozenGraph plain, Trial trial) {
    Network rewritten = null;
    try {
      Passes.Faster result =
          Passes.PROCESSOR.hasten(plain, Destination.processor(type), trial.input());
      if (result.answers() != null) {
        trial.expect(result.answers());
      }
      rewritten = network(plain, result.channelsLast());
      if (result.answers() == null) {
        return rewritten;
      }
      double difference = trial.difference(rewritten, type);
      if (difference <= Trial.FLOAT) {
        return rewritten;
      }
      return inFull(rewritten, difference, trial);
    } catch (RuntimeException e) {
      if (rewritten != null) {
        rewritten.close();
      }
      Network network = plainAgain(trial);
      tellUnused("it fails (" + NativeErrors.firstWords(e) + ")");
      return network;
    }
  }

  private Network inFull(Network rewritten, double difference, Trial trial) {
    Network network = plainAgain(trial);
    boolean explained = false;
    try {
      explained = isExplained(difference, trial.allowed(network));
    } finally {
      (explained ? network : rewritten).close();
    }
    return explained ? rewritten : network;
  }

  /** The network as it is in the file, and that it runs, if only for one picture at a time. */
  private Network plainAgain(Trial trial) {
    Network network;
    try (Bundle again = bundle.again()) {
      network = network(plain(again), false);
    }
    try {
      trial.expect(network);
    } catch (RuntimeException e) {
      if (!trial.runsAlone(network)) {
        network.close();
        throw told(e);
      }
    }
    return network;
  }

  private RuntimeException told(RuntimeException failure) {
    return failure instanceof ModelException e && bundle.manifest().dtype() != DType.FLOAT32
        ? new ModelException(
            e.reason(), e.getMessage() + " It was traced in 16 bits: export it in float32.", e)
        : failure;
  }

  private Network inHalf(FrozenGraph plain, Trial trial) {
    try (Network wide = network(plain, false)) {
      trial.expect(wide);
    } catch (ModelException e) {
      throw told(e);
    }
    FrozenGraph narrow = narrow(plain);
    Network network = network(narrow, false);
    try {
      double loss = trial.difference(network, type);
      requireLittle(loss);
      Network rewritten = rewritten(narrow.copy(), trial);
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
        remarks.add(new Remark.SlowBf16(1 / share));
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
          Passes.PROCESSOR.place(network, Destination.processor(type));
          return network;
        });
  }

  /** The network with its layers made oneDNN's, its graph changed; null where that fails. */
  private @Nullable Network rewritten(FrozenGraph graph, Trial trial) {
    try {
      Passes.Faster result =
          Passes.PROCESSOR.hasten(graph, Destination.processor(type), trial.input().to(type));
      if (result.answers() != null) {
        result.answers().close();
      }
      return network(graph, result.channelsLast());
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
    remarks.add(new Remark.PlainOnProcessor(fault));
  }

  private Network network(FrozenGraph graph, boolean channelsLast) {
    return TorchScriptNetwork.of(bundle.path(), graph, channelsLast);
  }
}
