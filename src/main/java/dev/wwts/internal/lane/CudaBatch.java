package dev.wwts.internal.lane;

import dev.wwts.OutOfDeviceMemoryException;
import dev.wwts.internal.cuda.CudaEvent;
import dev.wwts.internal.cuda.CudaGraph;
import dev.wwts.internal.cuda.CudaMemory;
import dev.wwts.internal.cuda.CudaStream;
import dev.wwts.internal.cuda.GraphPool;
import dev.wwts.internal.head.Readings;
import dev.wwts.internal.head.Readout;
import dev.wwts.internal.network.Network;
import dev.wwts.internal.remark.Remark;
import dev.wwts.internal.torch.CudaSetup;
import dev.wwts.internal.torch.CudnnAttention;
import dev.wwts.internal.torch.CudnnTrials;
import dev.wwts.internal.torch.Logits;
import dev.wwts.internal.torch.NativeErrors;
import dev.wwts.internal.torch.NativeScope;
import dev.wwts.internal.torch.OutOfMemory;
import dev.wwts.internal.torch.Owned;
import dev.wwts.internal.torch.Parts;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A batch of one size: the network's input on the card, network, readouts, and where their numbers
 * come back to. An expected size is captured as a graph after warm-up; where that fails it runs
 * eagerly. All slots are computed, whether filled or not.
 */
final class CudaBatch implements AutoCloseable {
  /** Before a capture all that is set up once must be; the network itself runs as it is. */
  private static final int WARM_UPS = 2;

  private final CudaSetup setup;
  private final Network network;
  private final CudaStream stream;
  private final int size;
  private final Owned<Tensor> input;
  private final long inputAddress;
  private final Parts parts = new Parts();
  private final CudaEvent start;
  private final CudaEvent forwarded;
  private final CudaEvent ranked;
  private final CudaEvent downloaded;
  private final List<CardReadout> readouts = new ArrayList<>();
  private final List<Owned<Tensor>> outputs = new ArrayList<>();
  private @Nullable CudaGraph graph;
  private boolean marksInGraph;

  CudaBatch(CudaSetup setup, Network network, List<Readout> readouts, CudaStream stream, int size) {
    this.setup = setup;
    this.network = network;
    this.stream = stream;
    this.size = size;
    try {
      Owned<Tensor> slots = stream.with(() -> NativeScope.inference(this::emptyInput));
      this.input = parts.add(slots, slots::close);
      this.inputAddress = NativeScope.inference(() -> slots.get().data_ptr().address());
      this.start = event();
      this.forwarded = event();
      this.ranked = event();
      this.downloaded = event();
      for (Readout readout : readouts) {
        CardReadout made = CardReadout.of(readout, stream, size);
        this.readouts.add(parts.add(made, made::close));
      }
    } catch (RuntimeException | Error e) {
      parts.closeAfter(e);
      throw e;
    }
  }

  private CudaEvent event() {
    CudaEvent event = new CudaEvent();
    return parts.add(event, event::close);
  }

  private Owned<Tensor> emptyInput() {
    long[] shape = {
      size, 3, setup.bundle().manifest().input().height(), setup.bundle().manifest().input().width()
    };
    Tensor tensor = torch.empty(shape, setup.on(setup.type()), setup.layout());
    return new Owned<>(tensor.zero_());
  }

  /** The address of the first slot on the card. */
  long inputAddress() {
    return inputAddress;
  }

  /** A slot, 1 x 3 x H x W, inside the caller's pointer scope. */
  Tensor slot(int index) {
    return input.get().narrow(0, index, 1);
  }

  /** Runs it until nothing is left to choose or set up. */
  void warmUp() {
    CudnnTrials.during(this::runOnce);
    // what the trials worked in is no part of what a call needs
    CudaMemory.emptyCache();
    CudaMemory.resetPeak(setup.device());
    for (int i = 0; i < WARM_UPS; i++) {
      runOnce();
    }
  }

  private void runOnce() {
    run();
    stream.await();
  }

  /**
   * Captures it after a warm-up, with memory that the lane's graphs share; where that fails it goes
   * on running eagerly.
   *
   * @return whether it is captured; if not, what it took of the pool is its other graphs'
   */
  boolean capture(GraphPool pool) {
    closeOutputs();
    for (boolean marks : new boolean[] {true, false}) {
      try {
        graph = CudaGraph.capture(stream, pool, () -> compute(true, marks));
        marksInGraph = marks;
        setup.remarks().add(new Remark.Captured(size));
        return true;
      } catch (RuntimeException e) {
        closeOutputs();
        boolean full = OutOfMemory.typed(e) instanceof OutOfDeviceMemoryException;
        setup
            .remarks()
            .add(
                new Remark.NotCaptured(
                    size, marks, marks && !full, NativeErrors.firstWords(OutOfMemory.typed(e))));
        if (full) {
          // a graph keeps memory of its own; without one the batch may still fit
          CudaMemory.emptyCache();
          return false;
        }
      }
    }
    return false;
  }

  /** Gives its graph up, and the memory that is the graph's alone; its stream must be idle. */
  void release() {
    closeOutputs();
    CudaGraph captured = graph;
    graph = null;
    if (captured != null) {
      captured.close();
    }
  }

  /** Queues network, readouts and the copy of their numbers to the host. */
  void run() {
    start.record(stream);
    CudaGraph captured = graph;
    if (captured != null) {
      captured.launch();
    } else {
      long refusals = CudaMemory.refusals(setup.device());
      try {
        CudnnAttention.orWithout(this::runEagerly);
      } catch (RuntimeException e) {
        throw OutOfMemory.inConvolution(e, CudaMemory.refusals(setup.device()) > refusals);
      }
      CudnnAttention.tell(setup.remarks());
    }
    if (captured != null && !marksInGraph) {
      forwarded.record(stream);
      ranked.record(stream);
    }
    downloaded.record(stream);
  }

  private CudaBatch runEagerly() {
    return stream.with(
        () -> {
          closeOutputs();
          compute(false, true);
          return this;
        });
  }

  private void compute(boolean inGraph, boolean marks) {
    NativeScope.inference(
        () -> {
          Tensor logits = network.forward(input.get().narrow(0, 0, size));
          Logits.check(setup.bundle(), logits, size);
          keep(logits);
          mark(forwarded, inGraph, marks);
          readouts.forEach(readout -> readout.compute(logits, this::keep));
          mark(ranked, inGraph, marks);
          readouts.forEach(CardReadout::download);
          return logits;
        });
  }

  /**
   * Beyond the pointer scope, with an object of its own: the network's may be a view of another.
   */
  private void keep(Tensor tensor) {
    outputs.add(new Owned<>(new Tensor(tensor)));
  }

  private void mark(CudaEvent event, boolean inGraph, boolean marks) {
    if (inGraph && marks) {
      event.recordInGraph(stream);
    } else if (marks) {
      event.record(stream);
    }
  }

  /** Waits for the run. */
  void await() {
    downloaded.await();
  }

  /** What was read of the first {@code n} slots, after the wait. */
  List<Readings> read(int n) {
    return BatchReadout.readings(readouts, n, setup.bundle().path());
  }

  /** Waits for the run and copies the logits of the first {@code n} slots to the host. */
  float[][] logits(int n) {
    await();
    return stream.with(
        () ->
            NativeScope.inference(
                () -> {
                  Tensor logits = outputs.get(0).get().cpu().to(torch.ScalarType.Float);
                  return Logits.rows(logits.contiguous(), n);
                }));
  }

  /** What the run took, for a picture that came through {@code clock}. */
  StageTimes times(SlotClock clock) {
    return new StageTimes(
        clock.upload(),
        clock.preprocess(),
        forwarded.nanosSince(start),
        ranked.nanosSince(forwarded),
        downloaded.nanosSince(ranked));
  }

  /** Network, readouts and download together. */
  long nanos() {
    await();
    return downloaded.nanosSince(start);
  }

  boolean isCaptured() {
    return graph != null;
  }

  private void closeOutputs() {
    outputs.forEach(Owned::close);
    outputs.clear();
  }

  /** Frees it; its stream must be idle. */
  @Override
  public void close() {
    parts.add(this, this::release);
    parts.close();
  }
}
