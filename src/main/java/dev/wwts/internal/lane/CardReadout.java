package dev.wwts.internal.lane;

import dev.wwts.internal.cuda.CudaStream;
import dev.wwts.internal.head.Readout;
import dev.wwts.internal.remark.Remark;
import dev.wwts.internal.remark.Remarks;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;

/** A readout of batches of one size on a card, and where it comes back to in the host's memory. */
interface CardReadout extends BatchReadout, AutoCloseable {
  /**
   * Queues the computing; inside the caller's pointer scope.
   *
   * @param output size x columns, of the network's precision
   * @param keep takes what must live until the results are read
   */
  void compute(Tensor output, Consumer<Tensor> keep);

  /** Queues the copies to the host, after {@link #compute}. */
  void download();

  @Override
  void close();

  /** Tells what reads it on the calling thread's current card. */
  static void tell(Readout readout, Remarks remarks) {
    if (readout instanceof Readout.Best best) {
      remarks.add(new Remark.Ranking(CardRanking.fault(best)));
    }
  }

  /** What reads it. */
  static CardReadout of(Readout readout, CudaStream stream, int size) {
    if (readout instanceof Readout.Best best) {
      return new CardRanking(best, stream, size);
    }
    return new CardValues(readout, stream, size);
  }
}
