package dev.wwts.internal.lane;

import dev.wwts.internal.head.Reading;
import dev.wwts.internal.head.Readout;
import dev.wwts.internal.model.Manifest.Activation;
import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;

/**
 * The best of a range in the host's memory. The order is that of the output's numbers: a NaN first,
 * then the greater, and of equal ones the lower column. LibTorch's top-k, which still ranks on
 * cards without the kernel of our own, leaves the order of equal ones open.
 */
final class Ranker implements HostReadout {
  private final Readout.Best readout;
  private final float[] row;
  private FloatPointer values = new FloatPointer();
  private FloatPointer scores = values;

  Ranker(Readout.Best readout) {
    this.readout = readout;
    this.row = new float[readout.columns()];
  }

  @Override
  public Readout readout() {
    return readout;
  }

  @Override
  public void take(Tensor output) {
    Tensor range = BatchReadout.range(readout, output);
    Tensor ordered = range.is_contiguous() ? range : range.contiguous();
    values = ordered.data_ptr_float();
    scores =
        readout.activation() == Activation.NONE
            ? values
            : BatchReadout.activated(readout, ordered).data_ptr_float();
  }

  @Override
  public Reading reading(int index) {
    long first = (long) index * row.length;
    values.position(first).get(row);
    long[] columns = best(row, readout.size());
    float[] best = new float[columns.length];
    for (int rank = 0; rank < best.length; rank++) {
      best[rank] = scores.position(first + columns[rank]).get();
    }
    return Reading.best(columns, best);
  }

  private static long[] best(float[] logits, int k) {
    // a heap, its least number first
    long[] kept = new long[k];
    for (int i = 0; i < k; i++) {
      kept[i] = number(logits[i], i);
    }
    Arrays.sort(kept);
    float least = logits[index(kept[0])];
    for (int i = k; i < logits.length; i++) {
      // most are less, which is told sooner of logits than of numbers; a NaN is not
      if (logits[i] < least) {
        continue;
      }
      long number = number(logits[i], i);
      if (number > kept[0]) {
        replaceLeast(kept, number);
        least = logits[index(kept[0])];
      }
    }
    Arrays.sort(kept);
    long[] best = new long[k];
    for (int rank = 0; rank < k; rank++) {
      best[rank] = index(kept[k - 1 - rank]);
    }
    return best;
  }

  private static void replaceLeast(long[] heap, long number) {
    int hole = 0;
    for (int child = 1; child < heap.length; child = 2 * hole + 1) {
      if (child + 1 < heap.length && heap[child + 1] < heap[child]) {
        child++;
      }
      if (number < heap[child]) {
        break;
      }
      heap[hole] = heap[child];
      hole = child;
    }
    heap[hole] = number;
  }

  /** Logit and class as one number, the greater the sooner the class comes; no two are equal. */
  private static long number(float logit, int index) {
    // zeros are equal; all NaN have the same bits, which are above infinity's
    int bits = logit == 0 ? 0 : Float.floatToIntBits(logit);
    int order = bits < 0 ? bits ^ Integer.MAX_VALUE : bits;
    return (long) order << Integer.SIZE | (Integer.MAX_VALUE - index);
  }

  private static int index(long number) {
    return Integer.MAX_VALUE - (int) (number & Integer.MAX_VALUE);
  }
}
