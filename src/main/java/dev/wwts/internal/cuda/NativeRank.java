package dev.wwts.internal.cuda;

/** The native ranking kernel, as it is in C. Addresses are raw: a wrong one ends the process. */
final class NativeRank {
  private NativeRank() {}

  /**
   * Queues the work; the logits are on the card, the results there or in pinned memory. Strides are
   * in elements; dtype: 0 float32, 1 float16, 2 bfloat16; activation: 0 softmax, 1 sigmoid, 2 none;
   * indices: 64 bits, scores: float32, rows x k.
   */
  static native int rank(
      long logits,
      long rowStride,
      long classStride,
      int dtype,
      int activation,
      int rows,
      int classes,
      int k,
      long indices,
      long scores,
      long stream);

  /** 0 if the current card can run the kernel. Call it before a launch is captured in a graph. */
  static native int prepare();
}
