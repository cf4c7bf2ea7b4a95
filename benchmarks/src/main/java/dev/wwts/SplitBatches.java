package dev.wwts;

import dev.wwts.internal.remark.Remark;

/** Whether figures of a recognizer are those of the batches that were asked for. */
public final class SplitBatches {
  private SplitBatches() {}

  /** Whether some did not fit the device's memory and ran in parts. */
  public static boolean of(Recognizer recognizer) {
    return recognizer.typedRemarks().stream().anyMatch(Remark.SplitBatch.class::isInstance);
  }
}
