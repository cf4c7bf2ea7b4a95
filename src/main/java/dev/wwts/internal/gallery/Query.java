package dev.wwts.internal.gallery;

/**
 * An embedding as the fast pass takes it: in {@link Codes}' whole numbers, each pair repeated as
 * often as {@link Codes} takes rows at once.
 */
final class Query {
  final float[] embedding;
  final short[][] pairs;

  Query(float[] embedding) {
    this.embedding = embedding;
    pairs = new short[Codes.pairs(embedding.length)][2 * Codes.TOGETHER];
    for (int pair = 0; pair < pairs.length; pair++) {
      short first = Codes.code(embedding[2 * pair]);
      short second = 2 * pair + 1 < embedding.length ? Codes.code(embedding[2 * pair + 1]) : 0;
      for (int row = 0; row < Codes.TOGETHER; row++) {
        pairs[pair][2 * row] = first;
        pairs[pair][2 * row + 1] = second;
      }
    }
  }
}
