package dev.wwts.internal.lane;

import dev.wwts.internal.cuda.CudaGraph;
import dev.wwts.internal.cuda.CudaMemory;
import dev.wwts.internal.cuda.CudaStream;
import dev.wwts.internal.cuda.GraphPool;
import dev.wwts.internal.head.Readout;
import dev.wwts.internal.network.Network;
import dev.wwts.internal.torch.CudaSetup;
import dev.wwts.internal.torch.Parts;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A lane's batches by size: the expected ones are kept, with a graph each where that is possible,
 * and one of another size.
 */
final class CudaBatches implements AutoCloseable {
  /**
   * A batch between two graphs takes the next larger one, whose other slots are computed for
   * nothing, if it is at most this many times as large: one launch instead of hundreds.
   */
  private static final int MOST_EMPTY = 4;

  private final CudaSetup setup;
  private final Network network;
  private final List<Readout> readouts;
  private final CudaStream stream;
  private final GraphPool graphs = new GraphPool();
  private final NavigableMap<Integer, CudaBatch> expected = new TreeMap<>();
  private @Nullable CudaBatch spare;
  private int spareSize;

  CudaBatches(CudaSetup setup, Network network, List<Readout> readouts, CudaStream stream) {
    this.setup = setup;
    this.network = network;
    this.readouts = readouts;
    this.stream = stream;
  }

  /** One that has room for {@code n} pictures. */
  CudaBatch of(int n) {
    CudaBatch kept = expected.get(n);
    if (kept != null) {
      return kept;
    }
    Map.Entry<Integer, CudaBatch> larger =
        setup.expected().contains(n) ? null : expected.ceilingEntry(n);
    if (larger != null && larger.getKey() <= MOST_EMPTY * n && larger.getValue().isCaptured()) {
      return larger.getValue();
    }
    CudaBatch last = spare;
    if (last != null && spareSize == n) {
      return last;
    }
    closeSpare();
    CudaBatch fresh = new CudaBatch(setup, network, readouts, stream, n);
    try {
      if (setup.expected().contains(n)) {
        // cuDNN's trials wait for the card: recognizers that load at the same time take turns
        CudaGraph.betweenCaptures(() -> prepare(fresh));
      }
    } catch (RuntimeException | Error e) {
      stream.await();
      fresh.close();
      throw e;
    }
    if (setup.expected().contains(n)) {
      expected.put(n, fresh);
    } else {
      spare = fresh;
      spareSize = n;
    }
    return fresh;
  }

  private void prepare(CudaBatch fresh) {
    fresh.warmUp();
    if (setup.graphs() && !fresh.capture(graphs)) {
      captureAgain();
    }
  }

  /**
   * Captures the other graphs anew: what a capture took before it failed would stay in the pool for
   * as long as one of them is left.
   */
  private void captureAgain() {
    List<CudaBatch> others =
        expected.descendingMap().values().stream().filter(CudaBatch::isCaptured).toList();
    stream.await();
    others.forEach(CudaBatch::release);
    CudaMemory.emptyCache();
    others.forEach(other -> other.capture(graphs));
  }

  /** Frees the one that is not kept. */
  void closeSpare() {
    if (spare != null) {
      stream.await();
      spare.close();
      spare = null;
    }
  }

  /** Frees them, also where the card refuses everything since an error; the stream stays. */
  @Override
  public void close() {
    Parts all = new Parts();
    expected.values().forEach(kept -> all.add(kept, kept::close));
    expected.clear();
    all.add(this, this::closeSpare);
    all.close();
  }
}
