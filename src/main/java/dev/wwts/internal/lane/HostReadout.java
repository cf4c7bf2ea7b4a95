package dev.wwts.internal.lane;

import dev.wwts.internal.head.Readout;
import org.bytedeco.pytorch.Tensor;

/**
 * A readout of outputs that lie in the host's memory. What it read is there until the pointer scope
 * ends in which it took the output. One thread at a time.
 */
interface HostReadout extends BatchReadout {
  /** Takes a batch's output: N x columns, float32. */
  void take(Tensor output);

  /** What reads it. */
  static HostReadout of(Readout readout) {
    if (readout instanceof Readout.Best best) {
      return new Ranker(best);
    }
    return new HostValues(readout);
  }
}
