package dev.wwts.torch;

import dev.wwts.cuda.CudaMemory;
import dev.wwts.cuda.CudaRuntime;
import dev.wwts.cuda.CudaStream;
import dev.wwts.cuda.NativeLibrary;
import dev.wwts.image.PixelBuffer;
import dev.wwts.image.Pixels;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A lane on a card: its own stream, pinned and device buffers, and graphs. Everything is queued
 * without waiting; the call waits once, when it reads the ranking. The thread that uses it keeps
 * the lane's card as its current one.
 */
final class CudaLane implements Lane {
  private final CudaSetup setup;
  private final Network network;
  private final CudaStream stream;
  private final Staging[] staging;
  private final CudaPreprocessor preprocessor;
  private final List<SlotClock> clocks = new ArrayList<>();
  private final Map<Integer, CudaBatch> expected = new HashMap<>();
  private @Nullable CudaBatch spare;
  private int spareSize;
  private @Nullable CudaBatch batch;
  private int uploads;
  private int computed;

  CudaLane(CudaSetup setup, Network network) {
    this.setup = setup;
    this.network = network;
    CudaRuntime.use(setup.device());
    this.stream = new CudaStream(setup.device());
    this.staging = new Staging[] {new Staging(), new Staging()};
    this.preprocessor =
        NativeLibrary.isLoaded()
            ? new FusedPreprocessor(setup, stream)
            : new TorchPreprocessor(setup, stream);
  }

  @Override
  public PixelBuffer pixels() {
    return staging[uploads % staging.length].pixels();
  }

  @Override
  public void begin(int n) {
    CudaRuntime.use(setup.device());
    uploads = 0;
    batch = null;
    try {
      while (clocks.size() < n) {
        clocks.add(new SlotClock());
      }
      batch = batch(n);
    } catch (RuntimeException e) {
      throw OutOfMemory.typed(e);
    }
  }

  private CudaBatch batch(int n) {
    CudaBatch kept = expected.get(n);
    if (kept != null) {
      return kept;
    }
    CudaBatch last = spare;
    if (last != null && spareSize == n) {
      return last;
    }
    closeSpare();
    CudaBatch fresh = new CudaBatch(setup, network, stream, n);
    boolean whole = false;
    try {
      if (setup.expected().contains(n) && setup.graphs()) {
        fresh.capture();
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

  @Override
  public void preprocess(int slot, Pixels pixels) {
    Staging used = staging[uploads % staging.length];
    try {
      preprocessor.write(pixels, used, begun(), slot, clocks.get(slot));
    } catch (RuntimeException e) {
      throw OutOfMemory.typed(e);
    }
    uploads++;
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
  public Ranking rank(int k) {
    return Logits.finite(setup.bundle(), begun().ranking(computed, k));
  }

  @Override
  public float[][] logits() {
    return begun().logits(computed);
  }

  @Override
  public DeviceTimes times(int slot) {
    return begun().times(clocks.get(slot));
  }

  /**
   * Nanoseconds that the card takes for network and ranking of a batch, the best of {@code runs}.
   */
  long measure(int n, int runs) {
    begin(n);
    long best = Long.MAX_VALUE;
    for (int i = 0; i < runs; i++) {
      begun().run();
      best = Math.min(best, begun().nanos());
    }
    return best;
  }

  @Override
  public void recover() {
    stream.await();
    batch = null;
    closeSpare();
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
    CudaRuntime.use(setup.device());
    stream.await();
    batch = null;
    closeSpare();
    expected.values().forEach(CudaBatch::close);
    expected.clear();
    preprocessor.close();
    clocks.forEach(SlotClock::close);
    for (Staging each : staging) {
      each.close();
    }
    stream.close();
  }
}
