package dev.wwts.train;

import java.util.List;

/**
 * A last layer: from an embedding of length 1 to a logit for each label.
 *
 * @param labels in the order of the rows
 * @param weights labels x numbers of an embedding, row by row
 * @param biases one a label
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Head(List<String> labels, float[] weights, float[] biases) {
  /** Copies the list, takes the arrays over. */
  public Head {
    labels = List.copyOf(labels);
    if (biases.length != labels.size() || weights.length % labels.size() != 0) {
      throw new IllegalArgumentException("a head has a row and a bias for each label");
    }
  }

  /** Numbers of an embedding. */
  int dimension() {
    return weights.length / labels.size();
  }

  /** In doubles, rounded at the end. */
  float[] logits(float[] embedding) {
    float[] logits = new float[biases.length];
    for (int row = 0; row < logits.length; row++) {
      double sum = biases[row];
      for (int i = 0; i < embedding.length; i++) {
        sum += (double) weights[row * embedding.length + i] * embedding[i];
      }
      logits[row] = (float) sum;
    }
    return logits;
  }

  /** The part of the examples whose greatest logit is that of their label. */
  public double accuracy(Examples examples) {
    long right = 0;
    for (int i = 0; i < examples.size(); i++) {
      float[] logits = logits(examples.embeddings().get(i));
      int best = 0;
      for (int row = 1; row < logits.length; row++) {
        best = logits[row] > logits[best] ? row : best;
      }
      right += best == examples.classes().get(i) ? 1 : 0;
    }
    return (double) right / examples.size();
  }

  /** The greatest length of a row of weights: how far a logit moves with an embedding. */
  double longestRow() {
    double longest = 0;
    for (int row = 0; row < biases.length; row++) {
      double squares = 0;
      for (int i = row * dimension(); i < (row + 1) * dimension(); i++) {
        squares += (double) weights[i] * weights[i];
      }
      longest = Math.max(longest, Math.sqrt(squares));
    }
    return longest;
  }
}
