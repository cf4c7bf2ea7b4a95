package dev.wwts.internal.lane;

import dev.wwts.internal.cuda.CudaGraph;
import dev.wwts.internal.cuda.CudaMemory;
import dev.wwts.internal.cuda.CudaRuntime;
import dev.wwts.internal.cuda.CudaStream;
import dev.wwts.internal.cuda.GraphPool;
import dev.wwts.internal.cuda.NativeLibrary;
import dev.wwts.internal.head.Readings;
import dev.wwts.internal.head.Readout;
import dev.wwts.internal.image.DecodedPicture;
import dev.wwts.internal.network.Network;
import dev.wwts.internal.pixels.Pixels;
import dev.wwts.internal.torch.CudaSetup;
import dev.wwts.internal.torch.OutOfMemory;
import dev.wwts.internal.torch.Parts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A lane on a card: its own stream, buffers and graphs. Everything is queued without waiting; the
 * batch waits once, when it reads what the readouts gave. Its thread keeps the lane's card as its
 * current one.
 */
final class CudaLane extends StagedLane {
  /**
   * Pictures of a batch that may be under way to the card at once, each in pinned memory of its
   * own; the next one waits for the first.
   */
  private static final int MOST_STAGING = 4;

  /**
   * A batch between two graphs takes the next larger one, whose other slots are computed for
   * nothing, if it is at most this many times as large: one launch instead of hundreds.
   */
  private static final int MOST_EMPTY = 4;

  private final CudaSetup setup;
  private final Network network;
  private final List<Readout> readouts;
  private final Parts parts = new Parts();
  private final CudaStream stream;
  private final GraphPool graphs = new GraphPool();
  private final @Nullable Staging[] staging;
  private final CudaPreprocessor preprocessor;
  private final @Nullable CardJpegs jpegs;
  private final List<SlotClock> clocks = new ArrayList<>();
  private final NavigableMap<Integer, CudaBatch> expected = new TreeMap<>();
  private @Nullable CudaBatch spare;
  private int spareSize;
  private @Nullable CudaBatch batch;
  private int uploads;
  private int computed;
  private boolean settled = true;

  CudaLane(CudaSetup setup, Network network, List<Readout> readouts) {
    this.setup = setup;
    this.network = network;
    this.readouts = readouts;
    CudaRuntime.use(setup.device());
    boolean whole = false;
    try {
      CudaStream own = new CudaStream(setup.device());
      this.stream = parts.add(own, own::close);
      this.staging = new @Nullable Staging[MOST_STAGING];
      CudaPreprocessor made =
          NativeLibrary.cardFault().isEmpty()
              ? new FusedPreprocessor(setup, stream)
              : new TorchPreprocessor(setup, stream);
      this.preprocessor = parts.add(made, made::close);
      CardJpegs decoder =
          setup.cardJpegs() && made instanceof FusedPreprocessor fused
              ? new CardJpegs(setup, stream, fused.source(), this::nextClock)
              : null;
      this.jpegs = decoder == null ? null : parts.add(decoder, decoder::close);
      whole = true;
    } catch (RuntimeException e) {
      throw OutOfMemory.typed(e);
    } finally {
      if (!whole) {
        parts.close();
      }
    }
  }

  /** The next picture's, made when a batch first has as many pictures. */
  private Staging staging() {
    int index = uploads % staging.length;
    Staging made = staging[index];
    if (made == null) {
      made = new Staging();
      parts.add(made, made::close);
      staging[index] = made;
    }
    return made;
  }

  /** Of the picture that is preprocessed next. */
  private SlotClock nextClock() {
    return clocks.get(uploads);
  }

  @Override
  public void begin(int n) {
    CudaRuntime.use(setup.device());
    end();
    settled = false;
    uploads = 0;
    batch = null;
    try {
      batch = batch(n);
      while (clocks.size() < n) {
        SlotClock clock = new SlotClock();
        clocks.add(parts.add(clock, clock::close));
      }
    } catch (RuntimeException e) {
      throw OutOfMemory.typed(e);
    }
  }

  private CudaBatch batch(int n) {
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
    boolean whole = false;
    try {
      if (setup.expected().contains(n)) {
        // cuDNN's trials wait for the card: recognizers that load at the same time take turns
        CudaGraph.betweenCaptures(() -> prepare(fresh));
      }
      whole = true;
    } finally {
      if (!whole) {
        stream.await();
        fresh.close();
      }
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

  @Override
  public boolean preprocess(int slot, DecodedPicture picture) {
    Staging used = staging();
    used.hold(picture);
    Pixels pixels = picture.isJpeg() ? onCard(picture) : picture.pixels();
    if (pixels == null) {
      return false;
    }
    try {
      preprocessor.write(pixels, used, begun(), slot, clocks.get(slot));
    } catch (RuntimeException e) {
      throw OutOfMemory.typed(e);
    }
    uploads++;
    return true;
  }

  private @Nullable Pixels onCard(DecodedPicture picture) {
    if (jpegs == null) {
      throw new IllegalStateException("This lane's card decodes nothing.");
    }
    return picture.on(jpegs);
  }

  @Override
  public void forward(int n) {
    try {
      begun().run();
    } catch (RuntimeException e) {
      throw OutOfMemory.typed(e);
    }
    computed = n;
  }

  @Override
  public List<Readings> read() {
    CudaBatch done = begun();
    done.await();
    settle();
    return done.read(computed);
  }

  @Override
  public float[][] logits() {
    float[][] logits = begun().logits(computed);
    settle();
    return logits;
  }

  /** After a batch that failed what it had queued may still read its pictures. */
  @Override
  protected void end() {
    if (!settled) {
      try {
        stream.await();
      } finally {
        settle();
      }
    }
  }

  /** The stream is idle: what was read last on it was queued last. */
  private void settle() {
    settled = true;
    if (jpegs != null) {
      jpegs.settled();
    }
    for (Staging used : staging) {
      if (used != null) {
        used.uploaded();
      }
    }
  }

  @Override
  public StageTimes times(int slot) {
    return begun().times(clocks.get(slot));
  }

  /**
   * Nanoseconds that the card takes for network and readouts of a batch, the best of {@code runs}.
   */
  long measure(int n, int runs) {
    begin(n);
    long best = Long.MAX_VALUE;
    for (int i = 0; i < runs; i++) {
      begun().run();
      best = Math.min(best, begun().nanos());
    }
    settle();
    return best;
  }

  @Override
  public void recover() {
    stream.await();
    settle();
    batch = null;
    closeSpare();
    stream.clearWorkspaces();
    CudaMemory.emptyCache();
  }

  private CudaBatch begun() {
    CudaBatch current = batch;
    if (current == null) {
      throw new IllegalStateException("begin(n) comes first.");
    }
    return current;
  }

  private void closeSpare() {
    if (spare != null) {
      stream.await();
      spare.close();
      spare = null;
    }
  }

  @Override
  public void close() {
    batch = null;
    // each is closed, also where the card refuses everything since an error
    Parts all = new Parts();
    all.add(parts, parts::close);
    expected.values().forEach(kept -> all.add(kept, kept::close));
    expected.clear();
    all.add(this, this::closeSpare);
    all.add(stream, stream::await);
    all.add(setup, () -> CudaRuntime.use(setup.device()));
    all.close();
  }
}
