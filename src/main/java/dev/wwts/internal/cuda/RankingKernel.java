package dev.wwts.internal.cuda;

import dev.wwts.DeviceException;
import dev.wwts.internal.model.Manifest.Activation;

/**
 * The ranking kernel of our own: logits of any precision to the best classes in pinned memory, in
 * one launch. Its order is that of the logits, equal ones by class, as on the processor.
 */
public final class RankingKernel {
  /** As in wwts_rank.h, like the numbers of types and activations. */
  private static final int MOST_CLASSES = 100_000;

  private static final int MOST_BEST = 128;

  /** What the logits are. */
  public enum Type {
    /** 32-bit floating point. */
    FLOAT32(0),
    /** 16-bit floating point. */
    FLOAT16(1),
    /** bfloat16. */
    BFLOAT16(2);

    private final int code;

    Type(int code) {
      this.code = code;
    }
  }

  private RankingKernel() {}

  /**
   * Why the kernel can't rank on the calling thread's current card; empty where it can. Loads it
   * onto the card.
   */
  public static String fault(int classes, int best) {
    String library = NativeLibrary.rankingFault();
    if (!library.isEmpty()) {
      return library;
    }
    if (classes > MOST_CLASSES) {
      return "the kernel ranks up to %,d classes, not %,d".formatted(MOST_CLASSES, classes);
    }
    if (best > MOST_BEST) {
      return "the kernel gives the best %d, not %d".formatted(MOST_BEST, best);
    }
    int code = NativeRank.prepare();
    return code == 0 ? "" : NativePreprocess.lastError() + " (" + code + ")";
  }

  /**
   * Queues the work.
   *
   * @param logits the first one's address on the card
   * @param rowStride elements from one row to the next
   * @param classStride elements from one class to the next
   * @param indices where rows x best numbers of 64 bits go, on the card or pinned
   * @param scores where as many float32 go
   */
  public static void launch(
      long logits,
      long rowStride,
      long classStride,
      Type type,
      Activation activation,
      int rows,
      int classes,
      int best,
      long indices,
      long scores,
      CudaStream stream) {
    int code =
        NativeRank.rank(
            logits,
            rowStride,
            classStride,
            type.code,
            number(activation),
            rows,
            classes,
            best,
            indices,
            scores,
            stream.address());
    if (code != 0) {
      throw new DeviceException(
          "The ranking kernel failed: " + NativePreprocess.lastError() + " (" + code + ").");
    }
  }

  private static int number(Activation activation) {
    return switch (activation) {
      case SOFTMAX -> 0;
      case SIGMOID -> 1;
      case NONE -> 2;
    };
  }
}
