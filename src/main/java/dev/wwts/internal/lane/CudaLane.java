package dev.wwts.internal.lane;

import dev.wwts.internal.cuda.CudaMemory;
import dev.wwts.internal.cuda.CudaRuntime;
import dev.wwts.internal.cuda.CudaStream;
import dev.wwts.internal.cuda.NativeLibrary;
import dev.wwts.internal.head.Readings;
import dev.wwts.internal.head.Readout;
import dev.wwts.internal.image.DecodedPicture;
import dev.wwts.internal.network.Network;
import dev.wwts.internal.pixels.Pixels;
import dev.wwts.internal.torch.CudaSetup;
import dev.wwts.internal.torch.NativeScope;
import dev.wwts.internal.torch.OutOfMemory;
import dev.wwts.internal.torch.Parts;
import dev.wwts.internal.torch.Preprocessor;
import java.util.ArrayList;
import java.util.List;
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

  private final CudaSetup setup;
  private final Parts parts = new Parts();
  private final CudaStream stream;
  private final CudaBatches batches;
  private final @Nullable Staging[] staging;
  private final CudaPreprocessor preprocessor;
  private final @Nullable CardJpegs jpegs;
  private final List<SlotClock> clocks = new ArrayList<>();
  private @Nullable CudaBatch batch;
  private int uploads;
  private int computed;
  private boolean settled = true;

  CudaLane(CudaSetup setup, Network network, List<Readout> readouts) {
    this.setup = setup;
    CudaRuntime.use(setup.device());
    try {
      CudaStream own = new CudaStream(setup.device());
      this.stream = parts.add(own, own::close);
      this.batches = new CudaBatches(setup, network, readouts, own);
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
    } catch (RuntimeException e) {
      RuntimeException typed = OutOfMemory.typed(e);
      parts.closeAfter(typed);
      throw typed;
    } catch (Error e) {
      parts.closeAfter(e);
      throw e;
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
      batch = batches.of(n);
      while (clocks.size() < n) {
        SlotClock clock = new SlotClock();
        clocks.add(parts.add(clock, clock::close));
      }
    } catch (RuntimeException e) {
      throw OutOfMemory.typed(e);
    }
  }

  @Override
  public boolean preprocess(int slot, DecodedPicture picture) {
    Staging used = staging();
    used.hold(picture);
    if (picture.isInput()) {
      copy(picture.address(), slot, used);
      return true;
    }
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

  /** Waits for the copy: the host's plain numbers may become others, in another order. */
  private void copy(long address, int slot, Staging used) {
    SlotClock clock = clocks.get(slot);
    try {
      clock.start.record(stream);
      stream.with(
          () ->
              NativeScope.inference(
                  () -> {
                    Preprocessor.copy(address, begun().slot(slot));
                    return address;
                  }));
      used.uploading(stream);
      clock.uploaded.record(stream);
      clock.ready.record(stream);
    } catch (RuntimeException e) {
      throw OutOfMemory.typed(e);
    }
    uploads++;
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
    batches.closeSpare();
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

  @Override
  public void close() {
    batch = null;
    // each is closed, also where the card refuses everything since an error
    Parts all = new Parts();
    all.add(parts, parts::close);
    all.add(batches, batches::close);
    all.add(stream, stream::await);
    all.add(setup, () -> CudaRuntime.use(setup.device()));
    all.close();
  }
}
