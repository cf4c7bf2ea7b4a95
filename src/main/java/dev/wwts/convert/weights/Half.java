package dev.wwts.convert.weights;

/** IEEE 754's binary16: a sign, 5 bits of exponent, 10 of fraction. */
public final class Half {
  private Half() {}

  /** The same number in 32 bits. */
  public static float of(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = bits >> 10 & 0x1f;
    int fraction = bits & 0x3ff;
    if (exponent == 0) {
      float small = fraction * 0x1p-24f;
      return sign == 0 ? small : -small;
    }
    int wide = exponent == 0x1f ? 0xff : exponent + 112;
    return Float.intBitsToFloat(sign | wide << 23 | fraction << 13);
  }
}
