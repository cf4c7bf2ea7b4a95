package dev.wwts.torch;

import dev.wwts.OutOfDeviceMemoryException;
import dev.wwts.cuda.CudaGraph;
import dev.wwts.torch.FusionTrial.Verdict;
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
 * ({@link FusedConvolution}) where that measures faster ({@link FusionTrial}), if it answers as the
 * plain one does ({@link Trial}), else the plain one.
 */
final class CardNetwork implements AutoCloseable {
  private static final double NANOS = 1e9;

  /** Where cuDNN's trials take longer, the rest stays as it is. */
  private static final double MOST_SECONDS = 20;

  private final CudaSetup setup;
  private final Parts parts = new Parts();
  private final Owned<Graph> graph;
  private final @Nullable Owned<JitModule> self;
  private final Trial trial;

  /** Of each {@link FusedConvolution} of the graph, in its order; null where it may not be one. */
  private final List<@Nullable ConvolutionShape> shapes;

  /** Reads the network, inside a pointer scope. */
  private CardNetwork(CudaSetup setup) {
    this.setup = setup;
    FrozenGraph plain = TorchScriptNetwork.frozen(setup.bundle().content(), () -> {});
    Relocation.run(plain, setup.card(), setup.type(), setup.channelsLast());
    CardConvolutions.run(plain.graph());
    this.trial = new Trial(setup.bundle());
    parts.add(trial, trial::close);
    Owned<Graph> kept = new Owned<>(plain.graph());
    this.graph = parts.add(kept, kept::close);
    JitModule module = plain.self();
    this.self = module == null ? null : new Owned<>(module);
    if (self != null) {
      parts.add(self, self::close);
    }
    this.shapes = shapes(plain);
  }

  /**
   * Loads a model's network onto a card.
   *
   * @throws dev.wwts.ModelException if LibTorch refuses it
   * @throws OutOfDeviceMemoryException if it does not fit
   */
  static Network load(CudaSetup setup) {
    Path file = setup.bundle().content().file();
    try (CardNetwork loaded = TorchScriptNetwork.load(file, () -> new CardNetwork(setup))) {
      Set<ConvolutionShape> together = loaded.together();
      return TorchScriptNetwork.load(file, () -> loaded.network(together));
    }
  }

  private List<@Nullable ConvolutionShape> shapes(FrozenGraph plain) {
    List<FusedConvolution> found = FusedConvolution.in(plain.graph(), setup.type());
    if (found.isEmpty()) {
      return List.of();
    }
    List<Value> asked = found.stream().flatMap(fused -> fused.operands().stream()).toList();
    int batch = Collections.min(setup.expected().isEmpty() ? Set.of(1) : setup.expected());
    try {
      // not in the middle of another load's trials, whose switch is the process's
      return CudaGraph.supplyBetweenCaptures(
          () -> NativeScope.of(() -> shapes(plain, found, asked, batch)));
    } catch (RuntimeException e) {
      tellApart("it fails (" + NativeErrors.firstWords(OutOfMemory.typed(e)) + ")");
      return List.of();
    }
  }

  private List<@Nullable ConvolutionShape> shapes(
      FrozenGraph plain, List<FusedConvolution> found, List<Value> asked, int batch) {
    Tensor rows = trial.input().to(setup.card(), setup.type());
    ExampleShapes.Examples examples = ExampleShapes.of(plain, asked, rows);
    examples.answers().close();
    List<@Nullable ConvolutionShape> all = new ArrayList<>();
    for (FusedConvolution fused : found) {
      all.add(ConvolutionShape.of(fused, setup.type(), examples.shapes(), batch));
    }
    return all;
  }

  /** What cuDNN is faster at in one call; measured by the caller's thread, which will warm up. */
  private Set<ConvolutionShape> together() {
    Set<ConvolutionShape> together = new HashSet<>();
    Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
    List<ConvolutionShape> asked = shapes.stream().filter(Objects::nonNull).toList();
    if (asked.isEmpty()) {
      return together;
    }
    long start = System.nanoTime();
    try (FusionTrial measuring = new FusionTrial(setup)) {
      for (ConvolutionShape shape : asked) {
        boolean late = System.nanoTime() - start > MOST_SECONDS * NANOS;
        Verdict verdict = late ? Verdict.APART : measuring.verdict(shape);
        verdicts.merge(verdict, 1, Integer::sum);
        if (verdict == Verdict.TOGETHER) {
          together.add(shape);
        }
      }
    } catch (OutOfDeviceMemoryException e) {
      tellApart(NativeErrors.firstWords(e));
      return Set.of();
    }
    setup
        .remarks()
        .note(
            "Convolutions with ReLU as one call of cuDNN's, %s: %d of %d (%d faster apart, %d that it has no call for)."
                .formatted(
                    layout(),
                    verdicts.getOrDefault(Verdict.TOGETHER, 0),
                    asked.size(),
                    verdicts.getOrDefault(Verdict.APART, 0),
                    verdicts.getOrDefault(Verdict.REFUSED, 0)));
    return together;
  }

  private Network network(Set<ConvolutionShape> together) {
    FrozenGraph plain = new FrozenGraph(graph.get(), self == null ? null : self.get());
    Network network = network(plain);
    if (together.isEmpty()) {
      return network;
    }
    Network fused = null;
    try {
      FrozenGraph changed = plain.copy();
      fuse(changed.graph(), together);
      fused = network(changed);
      String fault = FusionProof.fault(setup, trial, network, fused);
      if (fault.isEmpty()) {
        network.close();
        return fused;
      }
      tellApart(fault);
    } catch (RuntimeException e) {
      tellApart("it fails (" + NativeErrors.firstWords(OutOfMemory.typed(e)) + ")");
    }
    if (fused != null) {
      fused.close();
    }
    return network;
  }

  private Network network(FrozenGraph frozen) {
    return TorchScriptNetwork.onCard(setup.bundle().content().file(), frozen, setup.channelsLast());
  }

  private void fuse(Graph changed, Set<ConvolutionShape> together) {
    List<FusedConvolution> found = FusedConvolution.in(changed, setup.type());
    for (int i = 0; i < found.size(); i++) {
      if (together.contains(shapes.get(i))) {
        found.get(i).fuse(changed);
      }
    }
    changed.lint();
  }

  private void tellApart(String fault) {
    setup
        .remarks()
        .warn(
            "Convolutions and ReLU stay kernels of their own, %s: %s.".formatted(layout(), fault));
  }

  private String layout() {
    return setup.channelsLast() ? "channels-last" : "in planes";
  }

  @Override
  public void close() {
    parts.close();
  }
}
