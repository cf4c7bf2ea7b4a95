package dev.wwts;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;

/** What the texts of labels are like, by the recognizers that were asked and are still there. */
final class LabelEmbeddings {
  private static final double LEAST_NORM = 1e-12;

  /** So many texts are asked for at once. */
  private static final int TOGETHER = 256;

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
        rows = completed(recognizer, names, templates, embed);
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

  /** Keeps them as they come: a busy recognizer that refuses some is not asked for all again. */
  private Map<String, float[]> completed(
      Object recognizer,
      List<String> names,
      List<String> templates,
      Function<List<String>, List<float[]>> embed) {
    Map<String, float[]> rows = known(recognizer);
    List<String> missing = names.stream().filter(Predicate.not(rows::containsKey)).toList();
    int step = Math.max(1, TOGETHER / templates.size());
    for (int at = 0; at < missing.size(); at += step) {
      List<String> some = missing.subList(at, Math.min(at + step, missing.size()));
      rows = new HashMap<>(rows);
      rows.putAll(embedded(some, templates, embed));
      synchronized (known) {
        known.put(recognizer, rows);
      }
    }
    return rows;
  }

  private static Map<String, float[]> embedded(
      List<String> names, List<String> templates, Function<List<String>, List<float[]>> embed) {
    List<String> texts = new ArrayList<>();
    for (String name : names) {
      templates.forEach(it -> texts.add(it.replace(Labels.NAME, name)));
    }
    List<float[]> vectors = embed.apply(texts);
    Map<String, float[]> all = new HashMap<>();
    for (int i = 0; i < names.size(); i++) {
      int first = i * templates.size();
      all.put(names.get(i), mean(vectors.subList(first, first + templates.size())));
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
