package dev.wwts.internal.lane;

import dev.wwts.internal.cuda.CudaStream;
import dev.wwts.internal.cuda.PinnedBuffer;
import dev.wwts.internal.cuda.RankingKernel;
import dev.wwts.internal.head.Reading;
import dev.wwts.internal.head.Readout;
import dev.wwts.internal.torch.AddressPointer;
import java.util.function.Consumer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The best of a range on a card: by the kernel of our own, which writes into the host's memory
 * itself, or by LibTorch's operations and two copies.
 */
final class CardRanking implements CardReadout {
  private static final long GRAIN = 4096;

  private final Readout.Best readout;
  private final CudaStream stream;
  private final boolean kernel;
  private final int size;
  private final PinnedBuffer results = new PinnedBuffer(GRAIN);
  private final long columnsAddress;
  private final long valuesAddress;
  private final LongPointer columns;
  private final FloatPointer values;
  private long columnsOnCard;
  private long valuesOnCard;

  CardRanking(Readout.Best readout, CudaStream stream, int size) {
    this.readout = readout;
    this.stream = stream;
    this.size = size;
    this.kernel = fault(readout).isEmpty();
    // all classes of large batches are more bytes than a buffer of Java's counts
    long numbers = numbers();
    this.columnsAddress = results.reserve(numbers * (Long.BYTES + Float.BYTES));
    this.valuesAddress = columnsAddress + numbers * Long.BYTES;
    this.columns = new LongPointer(new AddressPointer(columnsAddress));
    this.values = new FloatPointer(new AddressPointer(valuesAddress));
  }

  private long numbers() {
    return (long) size * readout.size();
  }

  /** Why the kernel of our own can't rank on the calling thread's current card; empty if it can. */
  static String fault(Readout.Best readout) {
    return RankingKernel.fault(readout.columns(), readout.size());
  }

  @Override
  public Readout readout() {
    return readout;
  }

  @Override
  public void compute(Tensor output, Consumer<Tensor> keep) {
    Tensor range = BatchReadout.range(readout, output);
    if (kernel) {
      launch(range, keep);
      return;
    }
    Tensor scores = BatchReadout.activated(readout, range.to(torch.ScalarType.Float));
    T_TensorTensor_T best = torch.topk(scores, readout.size(), -1, true, true);
    keep.accept(best.get0());
    keep.accept(best.get1());
    valuesOnCard = best.get0().data_ptr().address();
    columnsOnCard = best.get1().data_ptr().address();
  }

  @Override
  public void download() {
    if (!kernel) {
      stream.download(columnsAddress, columnsOnCard, numbers() * Long.BYTES);
      stream.download(valuesAddress, valuesOnCard, numbers() * Float.BYTES);
    }
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
        readout.activation(),
        size,
        readout.columns(),
        readout.size(),
        columnsAddress,
        valuesAddress,
        stream);
  }

  private static RankingKernel.Type type(Tensor logits) {
    return switch (logits.scalar_type().intern()) {
      case Half -> RankingKernel.Type.FLOAT16;
      case BFloat16 -> RankingKernel.Type.BFLOAT16;
      default -> RankingKernel.Type.FLOAT32;
    };
  }

  @Override
  public Reading reading(int row) {
    long first = (long) row * readout.size();
    long[] best = new long[readout.size()];
    float[] numbers = new float[best.length];
    columns.position(first).get(best);
    values.position(first).get(numbers);
    return Reading.best(best, numbers);
  }

  @Override
  public void close() {
    results.close();
  }
}
