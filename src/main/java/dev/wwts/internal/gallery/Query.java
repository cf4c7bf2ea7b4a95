package dev.wwts.internal.gallery;

/**
 * An embedding as the fast pass takes it: in {@link Codes}' whole numbers, each pair repeated as
 * often as {@link Codes} takes rows at once.
 */
final class Query {
  final float[] embedding;
  final short[] pairs;

  Query(float[] embedding) {
    this.embedding = embedding;
    int count = Codes.pairs(embedding.length);
    pairs = new short[count * 2 * Codes.TOGETHER];
    for (int pair = 0; pair < count; pair++) {
      int from = pair * 2 * Codes.TOGETHER;
      pairs[from] = Codes.code(embedding[2 * pair]);
      pairs[from + 1] = 2 * pair + 1 < embedding.length ? Codes.code(embedding[2 * pair + 1]) : 0;
      for (int filled = 2; filled < 2 * Codes.TOGETHER; filled *= 2) {
        System.arraycopy(pairs, from, pairs, from + filled, filled);
      }
    }
  }
}
