package dev.wwts;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/** What the texts of labels are like, by the recognizers that were asked and are still there. */
final class LabelEmbeddings {
  private static final double LEAST_NORM = 1e-12;

  private final Map<Object, Map<String, float[]>> known = new WeakHashMap<>();

  /** Held while texts are embedded, so that two calls do not do the same. */
  private final ReentrantLock embedding = new ReentrantLock();

  /** Those of some names only, as a beginning for other labels. */
  LabelEmbeddings of(List<String> names) {
    LabelEmbeddings some = new LabelEmbeddings();
    Set<String> stay = Set.copyOf(names);
    synchronized (known) {
      known.forEach(
          (recognizer, rows) -> {
            Map<String, float[]> kept = new HashMap<>(rows);
            kept.keySet().retainAll(stay);
            some.known.put(recognizer, kept);
          });
    }
    return some;
  }

  /**
   * Those of all names, embedding what is not known yet.
   *
   * @param embed the recognizer's embeddings of texts
   */
  List<float[]> all(
      Object recognizer,
      List<String> names,
      List<String> templates,
      Function<List<String>, List<float[]>> embed) {
    Map<String, float[]> rows = known(recognizer);
    if (!rows.keySet().containsAll(names)) {
      lock();
      try {
        rows = completed(known(recognizer), names, templates, embed);
        synchronized (known) {
          known.put(recognizer, rows);
        }
      } finally {
        embedding.unlock();
      }
    }
    return names.stream().map(rows::get).toList();
  }

  private Map<String, float[]> known(Object recognizer) {
    synchronized (known) {
      return known.getOrDefault(recognizer, Map.of());
    }
  }

  private void lock() {
    try {
      embedding.lockInterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CallInterruptedException(
          "The thread was interrupted while it waited for the embeddings of labels.", e);
    }
  }

  private static Map<String, float[]> completed(
      Map<String, float[]> rows,
      List<String> names,
      List<String> templates,
      Function<List<String>, List<float[]>> embed) {
    List<String> missing = names.stream().filter(it -> !rows.containsKey(it)).toList();
    List<String> texts = new ArrayList<>();
    for (String name : missing) {
      templates.forEach(it -> texts.add(it.replace(Labels.NAME, name)));
    }
    List<float[]> vectors = embed.apply(texts);
    Map<String, float[]> all = new HashMap<>(rows);
    for (int i = 0; i < missing.size(); i++) {
      int first = i * templates.size();
      all.put(missing.get(i), mean(vectors.subList(first, first + templates.size())));
    }
    return all;
  }

  /** Of vectors of length 1, which it has too. */
  private static float[] mean(List<float[]> vectors) {
    double[] sum = new double[vectors.get(0).length];
    for (float[] vector : vectors) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += vector[i];
      }
    }
    double squares = 0;
    for (double value : sum) {
      squares += value * value;
    }
    double norm = Math.max(Math.sqrt(squares), LEAST_NORM);
    float[] mean = new float[sum.length];
    for (int i = 0; i < sum.length; i++) {
      mean[i] = (float) (sum[i] / norm);
    }
    return mean;
  }
}
