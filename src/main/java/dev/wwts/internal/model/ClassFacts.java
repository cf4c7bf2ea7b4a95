package dev.wwts.internal.model;

import java.util.List;

/**
 * What a model file says of its classes.
 *
 * @param labels the name of each
 * @param roots the category of each, empty of those that have none; none at all where no class has
 * @param thresholds what the confidence of each must reach; none at all where one holds for all
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ClassFacts(List<String> labels, List<String> roots, float[] thresholds) {
  /** Copies the lists, takes the array over. */
  public ClassFacts {
    labels = List.copyOf(labels);
    roots = List.copyOf(roots);
  }

  /** The category of a class, empty if it has none. */
  public String root(int index) {
    return roots.isEmpty() ? "" : roots.get(index);
  }
}
