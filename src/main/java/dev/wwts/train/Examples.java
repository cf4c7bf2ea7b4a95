package dev.wwts.train;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Labelled embeddings.
 *
 * @param labels each label once, in their order
 * @param classes of each example the place of its label
 * @param embeddings of each example, all equally long and of length 1
 */
public record Examples(List<String> labels, List<Integer> classes, List<float[]> embeddings) {
  /** Copies the lists. */
  public Examples {
    labels = List.copyOf(labels);
    classes = List.copyOf(classes);
    embeddings = List.copyOf(embeddings);
    if (classes.size() != embeddings.size()) {
      throw new IllegalArgumentException("an example has a class and an embedding");
    }
  }

  /** Those with these labels, one each. */
  public static Examples of(List<String> labelOfEach, List<float[]> embeddings) {
    List<String> labels = List.copyOf(new TreeSet<>(labelOfEach));
    List<Integer> classes =
        labelOfEach.stream().map(it -> Collections.binarySearch(labels, it)).toList();
    return new Examples(labels, classes, embeddings);
  }

  /** How many there are. */
  public int size() {
    return classes.size();
  }

  /** Numbers of an embedding. */
  int dimension() {
    return embeddings.get(0).length;
  }

  /** How many examples each label has. */
  public int[] counts() {
    int[] counts = new int[labels.size()];
    classes.forEach(it -> counts[it]++);
    return counts;
  }

  Examples at(List<Integer> places) {
    return new Examples(
        labels,
        places.stream().map(classes::get).toList(),
        places.stream().map(embeddings::get).toList());
  }

  /** The embeddings one behind the other. */
  float[] rows() {
    float[] rows = new float[Math.multiplyExact(size(), dimension())];
    for (int i = 0; i < size(); i++) {
      System.arraycopy(embeddings.get(i), 0, rows, i * dimension(), dimension());
    }
    return rows;
  }

  /** Examples to train on, and others to judge by. */
  record Split(Examples train, Examples heldOut) {}

  /**
   * Holds out so large a part of each label's examples, rounded, but leaves it one at least.
   *
   * @param part above 0, below 1
   */
  Split split(double part, long seed) {
    List<List<Integer>> ofLabel = new ArrayList<>();
    labels.forEach(label -> ofLabel.add(new ArrayList<>()));
    for (int i = 0; i < size(); i++) {
      ofLabel.get(classes.get(i)).add(i);
    }
    Random random = new Random(seed);
    List<Integer> train = new ArrayList<>();
    List<Integer> heldOut = new ArrayList<>();
    for (List<Integer> places : ofLabel) {
      Collections.shuffle(places, random);
      int held = Math.min(places.size() - 1, (int) Math.max(1, Math.rint(part * places.size())));
      heldOut.addAll(places.subList(0, held));
      train.addAll(places.subList(held, places.size()));
    }
    return new Split(at(train), at(heldOut));
  }

  /** The part of them whose nearest example, of others, has their label. */
  double byNearest(Examples others) {
    long right =
        IntStream.range(0, size())
            .parallel()
            .filter(
                i -> others.classes.get(others.nearest(embeddings.get(i))).equals(classes.get(i)))
            .count();
    return (double) right / size();
  }

  private int nearest(float[] embedding) {
    int best = 0;
    double most = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < size(); i++) {
      float[] other = embeddings.get(i);
      double product = 0;
      for (int k = 0; k < embedding.length; k++) {
        product += (double) embedding[k] * other[k];
      }
      if (product > most) {
        most = product;
        best = i;
      }
    }
    return best;
  }
}
