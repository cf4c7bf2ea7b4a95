package dev.wwts.internal.gallery;

/**
 * Room for a fixed number of examples: their embeddings as they are, and coded for the fast pass.
 * One thread writes, row by row; others read only the rows that a {@link Snapshot} told them of.
 */
final class Block {
  /** The first block's rows; a full one is copied into one of twice as many. */
  static final int FEWEST = 64;

  /** What one change can have to move, at most half of it, is soon done. */
  static final int MOST = 1024;

  final int capacity;
  private final int dimension;
  private final float[] embeddings;
  private final Example[] examples;
  final Codes codes;
  private int filled;

  Block(int capacity, int dimension) {
    this.capacity = capacity;
    this.dimension = dimension;
    embeddings = new float[capacity * dimension];
    examples = new Example[capacity];
    codes = new Codes(capacity, dimension);
  }

  boolean isFull() {
    return filled == capacity;
  }

  int filled() {
    return filled;
  }

  /** Adds a row that nobody is told of yet. */
  int add(Example example, float[] embedding) {
    int row = filled++;
    System.arraycopy(embedding, 0, embeddings, row * dimension, dimension);
    examples[row] = example;
    codes.put(row, embedding);
    return row;
  }

  Example example(int row) {
    return examples[row];
  }

  float[] embedding(int row) {
    float[] copy = new float[dimension];
    System.arraycopy(embeddings, row * dimension, copy, 0, dimension);
    return copy;
  }

  /**
   * The dot product in doubles. Always summed in the same order, so that equal embeddings are
   * equally similar; products of floats are exact in a double.
   */
  double similarity(int row, float[] other) {
    int from = row * dimension;
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    int i = 0;
    for (; i + 3 < dimension; i += 4) {
      sum0 += (double) embeddings[from + i] * other[i];
      sum1 += (double) embeddings[from + i + 1] * other[i + 1];
      sum2 += (double) embeddings[from + i + 2] * other[i + 2];
      sum3 += (double) embeddings[from + i + 3] * other[i + 3];
    }
    for (; i < dimension; i++) {
      sum0 += (double) embeddings[from + i] * other[i];
    }
    return sum0 + sum1 + (sum2 + sum3);
  }
}
