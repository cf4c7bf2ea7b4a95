package dev.wwts.internal.pixels;

/** Antialiased filters, as Pillow defines them. */
public enum Interpolation {
  /** A triangle. */
  BILINEAR,
  /** Keys' cubic with a = -0.5. */
  BICUBIC
}
