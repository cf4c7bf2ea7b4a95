package dev.wwts;

import java.util.Locale;

/** The type that a network computes in. */
public enum Precision {
  /** FP16 on CUDA, FP32 elsewhere. */
  AUTO,
  /** 32-bit floating point. */
  FP32,
  /** 16-bit floating point; many times slower than FP32 on a CPU. */
  FP16,
  /** bfloat16; faster than FP32 only on processors that have instructions for it. */
  BF16;

  /**
   * Reads {@code auto}, {@code fp32}, {@code fp16} or {@code bf16}.
   *
   * @throws IllegalArgumentException if it is none of these
   */
  public static Precision parse(String text) {
    for (Precision precision : values()) {
      if (precision.toString().equals(text.trim().toLowerCase(Locale.ROOT))) {
        return precision;
      }
    }
    throw new IllegalArgumentException(
        "Unknown precision '" + text + "': use auto, fp32, fp16 or bf16.");
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
