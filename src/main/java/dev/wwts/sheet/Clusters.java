package dev.wwts.sheet;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Groups of embeddings that are alike: hierarchical clustering by average linkage (UPGMA) of their
 * cosines, cut where two groups are less similar on average than a threshold.
 *
 * <p>It follows chains of nearest neighbours (Murtagh 1983): a group's nearest, that one's nearest,
 * and so on, until two are each other's. These belong together in any order of merging, as an
 * average is never more than the more similar of its parts. If they are below the threshold, so is
 * whatever becomes of either, and both are done. The time grows with the square of the number.
 */
public final class Clusters {
  /** Embeddings at most: their cosines are 200 MB. */
  public static final int MOST = 10_000;

  /** Of group i to each group before it. */
  private final float[][] cosines;

  private final List<List<Integer>> members = new ArrayList<>();
  private final boolean[] open;
  private final double threshold;

  private Clusters(List<float[]> embeddings, double threshold) {
    this.threshold = threshold;
    this.open = new boolean[embeddings.size()];
    Arrays.fill(open, true);
    this.cosines = new float[open.length][];
    IntStream.range(0, open.length)
        .parallel()
        .forEach(
            i -> {
              cosines[i] = new float[i];
              for (int j = 0; j < i; j++) {
                cosines[i][j] = (float) product(embeddings.get(i), embeddings.get(j));
              }
            });
    for (int i = 0; i < open.length; i++) {
      members.add(new ArrayList<>(List.of(i)));
    }
  }

  /**
   * Looks whether so many can be grouped.
   *
   * @throws IllegalArgumentException if they are more than {@link #MOST}
   */
  public static void require(int embeddings) {
    if (embeddings > MOST) {
      throw new IllegalArgumentException(
          "At most %,d pictures are grouped at once, not %,d.".formatted(MOST, embeddings));
    }
  }

  /**
   * Places of embeddings, group by group: the largest group first, and in each the one first that
   * is most like all of it.
   *
   * @param embeddings of length 1, at most {@link #MOST}
   * @param threshold the least average cosine between two parts of a group, -1 to 1
   */
  public static List<List<Integer>> of(List<float[]> embeddings, double threshold) {
    require(embeddings.size());
    Clusters clusters = new Clusters(embeddings, threshold);
    clusters.merge();
    List<List<Integer>> groups =
        new ArrayList<>(clusters.members.stream().filter(it -> !it.isEmpty()).toList());
    groups.forEach(it -> sort(it, embeddings));
    groups.sort(Comparator.comparingInt(it -> -it.size()));
    return groups;
  }

  private void merge() {
    Deque<Integer> chain = new ArrayDeque<>();
    for (int next = 0; next < open.length; ) {
      if (chain.isEmpty()) {
        if (!open[next]) {
          next++;
          continue;
        }
        chain.push(next);
      }
      int last = chain.pop();
      int nearest = nearest(last, chain.isEmpty() ? -1 : chain.peek());
      if (nearest < 0) {
        open[last] = false;
      } else if (chain.isEmpty() || nearest != chain.peek()) {
        chain.push(last);
        chain.push(nearest);
      } else {
        chain.pop();
        join(last, nearest);
      }
    }
  }

  /** The open group most like another; of equal ones {@code preferred}. -1 if there is none. */
  private int nearest(int group, int preferred) {
    int best = preferred;
    for (int other = 0; other < open.length; other++) {
      if (open[other]
          && other != group
          && (best < 0 || cosine(group, other) > cosine(group, best))) {
        best = other;
      }
    }
    return best;
  }

  private void join(int one, int other) {
    if (cosine(one, other) < threshold) {
      open[one] = false;
      open[other] = false;
      return;
    }
    int kept = Math.max(one, other);
    int gone = Math.min(one, other);
    double share = (double) members.get(kept).size();
    double all = share + members.get(gone).size();
    for (int third = 0; third < open.length; third++) {
      if (open[third] && third != kept && third != gone) {
        double sum = share * cosine(kept, third) + (all - share) * cosine(gone, third);
        cosines[Math.max(kept, third)][Math.min(kept, third)] = (float) (sum / all);
      }
    }
    members.get(kept).addAll(members.get(gone));
    members.get(gone).clear();
    open[gone] = false;
  }

  private float cosine(int one, int other) {
    return cosines[Math.max(one, other)][Math.min(one, other)];
  }

  private static void sort(List<Integer> group, List<float[]> embeddings) {
    double[] sum = new double[embeddings.get(0).length];
    for (int it : group) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += embeddings.get(it)[i];
      }
    }
    float[] middle = new float[sum.length];
    for (int i = 0; i < middle.length; i++) {
      middle[i] = (float) sum[i];
    }
    group.sort(
        Comparator.<Integer>comparingDouble(it -> -product(embeddings.get(it), middle))
            .thenComparing(Comparator.naturalOrder()));
  }

  private static double product(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
