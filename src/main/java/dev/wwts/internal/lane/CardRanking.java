package dev.wwts.internal.lane;

import dev.wwts.internal.cuda.CudaStream;
import dev.wwts.internal.cuda.PinnedBuffer;
import dev.wwts.internal.cuda.RankingKernel;
import dev.wwts.internal.model.Manifest.Activation;
import dev.wwts.internal.torch.AddressPointer;
import dev.wwts.internal.torch.CudaSetup;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The ranking of a batch on a card, and where it comes back to in the host's memory: by the kernel
 * of our own, which writes there itself, or by LibTorch's operations and two copies.
 */
final class CardRanking implements AutoCloseable {
  private static final long GRAIN = 4096;

  private final CudaStream stream;
  private final Activation activation;
  private final Ranker operations;
  private final boolean kernel;
  private final int size;
  private final int k;
  private final PinnedBuffer results = new PinnedBuffer(GRAIN);
  private final long indicesAddress;
  private final long scoresAddress;
  private final LongPointer indices;
  private final FloatPointer scores;

  CardRanking(CudaSetup setup, CudaStream stream, int size) {
    this.stream = stream;
    this.activation = setup.bundle().manifest().output().activation();
    this.operations = new Ranker(activation);
    this.size = size;
    this.k = best(setup);
    this.kernel = fault(setup).isEmpty();
    // all classes of large batches are more bytes than a buffer of Java's counts
    long numbers = (long) size * k;
    this.indicesAddress = results.reserve(numbers * (Long.BYTES + Float.BYTES));
    this.scoresAddress = indicesAddress + numbers * Long.BYTES;
    this.indices = new LongPointer(new AddressPointer(indicesAddress));
    this.scores = new FloatPointer(new AddressPointer(scoresAddress));
  }

  private static int best(CudaSetup setup) {
    return Math.min(setup.topK(), setup.bundle().labels().size());
  }

  private static String fault(CudaSetup setup) {
    return RankingKernel.fault(setup.bundle().labels().size(), best(setup));
  }

  /** For people: what ranks on the calling thread's current card, and why not the kernel. */
  static String status(CudaSetup setup) {
    String fault = fault(setup);
    return fault.isEmpty() ? "kernel of our own" : "LibTorch operations (" + fault + ")";
  }

  /**
   * Queues it; inside the caller's pointer scope.
   *
   * @param logits size x classes
   * @param keep takes what must live until the results are read
   * @param ranked is told when all but the copies is queued
   */
  void queue(Tensor logits, Consumer<Tensor> keep, Runnable ranked) {
    if (kernel) {
      launch(logits, keep);
      ranked.run();
      return;
    }
    T_TensorTensor_T best = operations.best(logits.to(torch.ScalarType.Float), k);
    Tensor values = best.get0();
    Tensor classes = best.get1();
    keep.accept(values);
    keep.accept(classes);
    ranked.run();
    long rows = (long) size * k;
    stream.download(indicesAddress, classes.data_ptr().address(), rows * Long.BYTES);
    stream.download(scoresAddress, values.data_ptr().address(), rows * Float.BYTES);
  }

  private void launch(Tensor output, Consumer<Tensor> keep) {
    Tensor logits = output;
    if (output.scalar_type().intern() == torch.ScalarType.Double) {
      logits = output.to(torch.ScalarType.Float);
      keep.accept(logits);
    }
    RankingKernel.launch(
        logits.data_ptr().address(),
        logits.stride(0),
        logits.stride(1),
        type(logits),
        activation,
        size,
        (int) logits.size(1),
        k,
        indicesAddress,
        scoresAddress,
        stream);
  }

  private static RankingKernel.Type type(Tensor logits) {
    return switch (logits.scalar_type().intern()) {
      case Half -> RankingKernel.Type.FLOAT16;
      case BFloat16 -> RankingKernel.Type.BFLOAT16;
      default -> RankingKernel.Type.FLOAT32;
    };
  }

  /** The best classes of the first {@code n} rows, at most {@code most}; after a wait. */
  Ranking read(int n, int most) {
    int kept = Math.min(most, k);
    List<Ranking.Row> rows = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      long[] classes = new long[kept];
      float[] confidences = new float[kept];
      indices.position((long) i * k).get(classes);
      scores.position((long) i * k).get(confidences);
      rows.add(new Ranking.Row(classes, confidences));
    }
    return new Ranking(rows);
  }

  @Override
  public void close() {
    results.close();
  }
}
