package dev.wwts.internal.torch;

import dev.wwts.internal.cuda.CudaGraph;
import dev.wwts.internal.torch.FusionTrial.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.bytedeco.pytorch.Graph;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Value;
import org.jspecify.annotations.Nullable;

/**
 * Chooses what runs a model on a card: its network with convolutions and ReLU as calls of cuDNN's
 * ({@link FusedConvolution}) where that measures faster ({@link FusionTrial}), and with leaner
 * {@link SplitAttention}, if it answers as the plain one does ({@link FusionProof}), else the plain
 * one, which also answers batches that cuDNN refuses ({@link RewrittenNetwork}).
 */
final class CardNetwork implements AutoCloseable {
  private final CudaSetup setup;
  private final Parts parts = new Parts();
  private final Owned<Graph> graph;
  private final @Nullable Owned<JitModule> self;
  private @Nullable Trial trial;

  /** Of each {@link FusedConvolution} of the graph, in its order; null where it may not be one. */
  private final List<@Nullable ConvolutionShape> convolutions = new ArrayList<>();

  /** Of each {@link SplitAttention} of the graph, in its order, whether it is one. */
  private final List<Boolean> attentions = new ArrayList<>();

  /** Reads the network, inside a pointer scope. */
  private CardNetwork(CudaSetup setup) {
    this.setup = setup;
    FrozenGraph plain = TorchScriptNetwork.frozen(setup.bundle().content(), () -> {});
    Relocation.run(plain, setup.card(), setup.type(), setup.channelsLast());
    CardConvolutions.run(plain.graph());
    Owned<Graph> kept = new Owned<>(plain.graph());
    this.graph = parts.add(kept, kept::close);
    JitModule module = plain.self();
    this.self = module == null ? null : new Owned<>(module);
    if (self != null) {
      parts.add(self, self::close);
    }
    examine(plain);
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

  /** Finds what could be rewritten. */
  private void examine(FrozenGraph plain) {
    List<FusedConvolution> fused = FusedConvolution.in(plain.graph(), setup.type());
    List<SplitAttention> split = SplitAttention.in(plain.graph());
    if (fused.isEmpty() && split.isEmpty()) {
      return;
    }
    try {
      // not in the middle of another load's trials, whose switch is the process's
      CudaGraph.betweenCaptures(() -> NativeScope.of(() -> examine(plain, fused, split)));
    } catch (RuntimeException e) {
      tellPlain("it fails (" + NativeErrors.firstWords(OutOfMemory.typed(e)) + ")");
    }
  }

  private CardNetwork examine(
      FrozenGraph plain, List<FusedConvolution> fused, List<SplitAttention> split) {
    Trial asking = new Trial(setup.bundle());
    this.trial = parts.add(asking, asking::close);
    List<Value> asked = new ArrayList<>();
    fused.forEach(each -> asked.addAll(each.operands()));
    split.forEach(each -> asked.addAll(each.operands()));
    Tensor rows = asking.input().to(setup.card(), setup.type());
    ExampleShapes.Examples examples =
        CudnnAttention.orWithout(() -> ExampleShapes.of(plain, asked, rows));
    examples.answers().close();
    int batch = Collections.min(setup.expected().isEmpty() ? Set.of(1) : setup.expected());
    for (FusedConvolution each : fused) {
      convolutions.add(ConvolutionShape.of(each, setup.type(), examples.shapes(), batch));
    }
    split.forEach(each -> attentions.add(each.isOfTwo(setup.type(), examples.shapes())));
    return this;
  }

  /** What cuDNN is faster at in one call; measured by the caller's thread, which will warm up. */
  private Set<ConvolutionShape> together() {
    Set<ConvolutionShape> together = new HashSet<>();
    Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
    List<ConvolutionShape> asked = convolutions.stream().filter(Objects::nonNull).toList();
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
        .note(
            "Convolutions with ReLU as one call of cuDNN's, %s: %d of %d (%d faster apart, %d that it has no call for, %d not measured for want of time or memory)."
                .formatted(
                    layout(),
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
    if (asking == null || (together.isEmpty() && !attentions.contains(true))) {
      return network;
    }
    Network rewritten = null;
    try {
      FrozenGraph changed = plain.copy();
      rewrite(changed.graph(), together);
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

  private void rewrite(Graph changed, Set<ConvolutionShape> together) {
    List<FusedConvolution> fused = FusedConvolution.in(changed, setup.type());
    List<SplitAttention> split = SplitAttention.in(changed);
    for (int i = 0; i < convolutions.size(); i++) {
      if (together.contains(convolutions.get(i))) {
        fused.get(i).fuse(changed);
      }
    }
    for (int i = 0; i < attentions.size(); i++) {
      if (attentions.get(i)) {
        split.get(i).merge(changed);
      }
    }
    if (setup.channelsLast()) {
      Layouts.releaseConvolutions(changed);
    }
    changed.lint();
  }

  private void tellPlain(String fault) {
    setup
        .remarks()
        .warn(
            "The network runs as it is in the file, %s, not rewritten for cards, and slower: %s."
                .formatted(layout(), fault));
  }

  private String layout() {
    return setup.channelsLast() ? "channels-last" : "in planes";
  }

  @Override
  public void close() {
    parts.close();
  }
}
