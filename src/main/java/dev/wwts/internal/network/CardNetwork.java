package dev.wwts.internal.network;

import dev.wwts.internal.cuda.CudaGraph;
import dev.wwts.internal.network.FusionTrial.Verdict;
import dev.wwts.internal.remark.Remark;
import dev.wwts.internal.rewrite.CardCandidates;
import dev.wwts.internal.rewrite.ConvolutionShape;
import dev.wwts.internal.rewrite.Destination;
import dev.wwts.internal.rewrite.FrozenGraph;
import dev.wwts.internal.rewrite.Passes;
import dev.wwts.internal.torch.CudaSetup;
import dev.wwts.internal.torch.CudnnAttention;
import dev.wwts.internal.torch.NativeErrors;
import dev.wwts.internal.torch.NativeScope;
import dev.wwts.internal.torch.OutOfMemory;
import dev.wwts.internal.torch.Owned;
import dev.wwts.internal.torch.Parts;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Chooses what runs a model on a card: its network with convolutions and ReLU as calls of cuDNN's
 * where that measures faster ({@link FusionTrial}), and with leaner split attention ({@link
 * Passes}), if it answers as the plain one does ({@link FusionProof}), else the plain one, which
 * also answers batches that cuDNN refuses ({@link RewrittenNetwork}).
 */
final class CardNetwork implements AutoCloseable {
  private final CudaSetup setup;
  private final Parts parts = new Parts();
  private final Owned<Graph> graph;
  private final @Nullable Owned<JitModule> self;
  private @Nullable Trial trial;

  private final CardCandidates candidates;

  /** Reads the network, inside a pointer scope. */
  private CardNetwork(CudaSetup setup) {
    this.setup = setup;
    FrozenGraph plain = TorchScriptNetwork.frozen(setup.bundle().content(), Passes.CARD, () -> {});
    Passes.CARD.place(plain, destination(Set.of()));
    Owned<Graph> kept = new Owned<>(plain.graph());
    this.graph = parts.add(kept, kept::close);
    JitModule module = plain.self();
    this.self = module == null ? null : new Owned<>(module);
    if (self != null) {
      parts.add(self, self::close);
    }
    this.candidates = new CardCandidates(plain, destination(Set.of()));
    examine();
  }

  private Destination destination(Set<ConvolutionShape> together) {
    int batch = Collections.min(setup.expected().isEmpty() ? Set.of(1) : setup.expected());
    return new Destination(setup.card(), setup.type(), setup.channelsLast(), batch, together);
  }

  /**
   * Loads a model's network onto a card.
   *
   * @throws dev.wwts.ModelException if LibTorch refuses it
   * @throws dev.wwts.OutOfDeviceMemoryException if it does not fit
   */
  static Network load(CudaSetup setup) {
    Path file = setup.bundle().content().file();
    try (CardNetwork loaded = TorchScriptNetwork.load(file, () -> new CardNetwork(setup))) {
      Set<ConvolutionShape> together = loaded.together();
      return TorchScriptNetwork.load(file, () -> loaded.network(together));
    }
  }

  /** Finds out what could be rewritten. */
  private void examine() {
    if (candidates.isEmpty()) {
      return;
    }
    try {
      // not in the middle of another load's trials, whose switch is the process's
      CudaGraph.betweenCaptures(() -> NativeScope.of(this::asked));
    } catch (RuntimeException e) {
      tellPlain("it fails (" + NativeErrors.firstWords(OutOfMemory.typed(e)) + ")");
    }
  }

  private Trial asked() {
    Trial asking = new Trial(setup.bundle());
    this.trial = parts.add(asking, asking::close);
    Tensor rows = asking.input().to(setup.card(), setup.type());
    CudnnAttention.orWithout(
        () -> {
          candidates.ask(rows);
          return rows;
        });
    return asking;
  }

  /** What cuDNN is faster at in one call; measured by the caller's thread, which will warm up. */
  private Set<ConvolutionShape> together() {
    Set<ConvolutionShape> together = new HashSet<>();
    Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
    List<ConvolutionShape> asked = candidates.convolutions();
    if (asked.isEmpty()) {
      return together;
    }
    try (FusionTrial measuring = new FusionTrial(setup)) {
      for (ConvolutionShape shape : asked) {
        Verdict verdict = measuring.verdict(shape);
        verdicts.merge(verdict, 1, Integer::sum);
        if (verdict == Verdict.TOGETHER) {
          together.add(shape);
        }
      }
    }
    setup
        .remarks()
        .add(
            new Remark.FusedConvolutions(
                setup.channelsLast(),
                verdicts.getOrDefault(Verdict.TOGETHER, 0),
                asked.size(),
                verdicts.getOrDefault(Verdict.APART, 0),
                verdicts.getOrDefault(Verdict.REFUSED, 0),
                verdicts.getOrDefault(Verdict.UNMEASURED, 0)));
    return together;
  }

  private Network network(Set<ConvolutionShape> together) {
    FrozenGraph plain = new FrozenGraph(graph.get(), self == null ? null : self.get());
    Network network = network(plain);
    Trial asking = trial;
    if (asking == null || (together.isEmpty() && !candidates.hasAttention())) {
      return network;
    }
    Network rewritten = null;
    try {
      FrozenGraph changed = plain.copy();
      candidates.apply(changed, destination(together));
      rewritten = network(changed);
      String fault = FusionProof.fault(setup, asking, network, rewritten);
      if (fault.isEmpty()) {
        return new RewrittenNetwork(rewritten, network, setup.remarks());
      }
      tellPlain(fault);
    } catch (RuntimeException e) {
      tellPlain("it fails (" + NativeErrors.firstWords(OutOfMemory.typed(e)) + ")");
    }
    if (rewritten != null) {
      rewritten.close();
    }
    return network;
  }

  private Network network(FrozenGraph frozen) {
    return TorchScriptNetwork.of(setup.bundle().content().file(), frozen, setup.channelsLast());
  }

  private void tellPlain(String fault) {
    setup.remarks().add(new Remark.PlainOnCard(setup.channelsLast(), fault));
  }

  @Override
  public void close() {
    parts.close();
  }
}
