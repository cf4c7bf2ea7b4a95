package dev.wwts.internal.gallery;

/**
 * Whose embeddings a gallery holds: those of two models can't be compared.
 *
 * @param sha256 of the model's file, 64 lower-case hexadecimal digits
 * @param dimension the length of an embedding
 */
public record ModelKey(String sha256, int dimension) {
  /** Longer ones would overflow the sums of {@link Codes}. */
  private static final int LONGEST = 1 << 14;

  /** Checks both. */
  public ModelKey {
    if (!sha256.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException("A SHA-256 is 64 hexadecimal digits, not " + sha256 + ".");
    }
    if (dimension < 1 || dimension > LONGEST) {
      throw new IllegalArgumentException(
          "An embedding has 1 to %d numbers, not %d.".formatted(LONGEST, dimension));
    }
  }
}
