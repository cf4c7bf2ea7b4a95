package dev.wwts.sheet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Groups by average linkage, beside the plainest way to find them. */
class ClustersTest {
  private static List<float[]> unit(int count, int dimension, long seed) {
    Random random = new Random(seed);
    List<float[]> embeddings = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double[] values = random.doubles(dimension, -0.3, 1).toArray();
      double length = 0;
      for (double value : values) {
        length += value * value;
      }
      float[] row = new float[dimension];
      for (int k = 0; k < dimension; k++) {
        row[k] = (float) (values[k] / Math.sqrt(length));
      }
      embeddings.add(row);
    }
    return embeddings;
  }

  /** The two most similar groups are joined until none are similar enough. */
  private static Set<Set<Integer>> plainly(List<float[]> embeddings, double threshold) {
    List<Set<Integer>> groups = new ArrayList<>();
    for (int i = 0; i < embeddings.size(); i++) {
      groups.add(new HashSet<>(Set.of(i)));
    }
    while (true) {
      double most = Double.NEGATIVE_INFINITY;
      Set<Integer> one = Set.of();
      Set<Integer> other = Set.of();
      for (int i = 0; i < groups.size(); i++) {
        for (int j = 0; j < i; j++) {
          double average = average(groups.get(i), groups.get(j), embeddings);
          if (average > most) {
            most = average;
            one = groups.get(i);
            other = groups.get(j);
          }
        }
      }
      if (most < threshold) {
        return new HashSet<>(groups);
      }
      groups.remove(other);
      one.addAll(other);
    }
  }

  private static double average(Set<Integer> one, Set<Integer> other, List<float[]> embeddings) {
    double sum = 0;
    for (int i : one) {
      for (int j : other) {
        for (int k = 0; k < embeddings.get(i).length; k++) {
          sum += (double) embeddings.get(i)[k] * embeddings.get(j)[k];
        }
      }
    }
    return sum / one.size() / other.size();
  }

  @Property(tries = 100)
  void groupsAreThoseOfThePlainWay(
      @ForAll @IntRange(min = 1, max = 30) int count,
      @ForAll @IntRange(min = 2, max = 6) int dimension,
      @ForAll @DoubleRange(min = -1, max = 1) double threshold,
      @ForAll long seed) {
    List<float[]> embeddings = unit(count, dimension, seed);

    Set<Set<Integer>> groups = new HashSet<>();
    Clusters.of(embeddings, threshold).forEach(it -> groups.add(new HashSet<>(it)));

    assertThat(groups).isEqualTo(plainly(embeddings, threshold));
  }

  @Test
  void theLargestGroupIsFirstAndInItTheOneInTheMiddle() {
    List<float[]> embeddings =
        List.of(at(90), at(0), at(20), at(8), at(91)); // degrees: 8 is nearest to 0, 20 and itself

    List<List<Integer>> groups = Clusters.of(embeddings, 0.9);

    assertThat(groups).hasSize(2);
    assertThat(groups.get(0)).containsExactly(3, 1, 2);
    assertThat(groups.get(1)).containsExactlyInAnyOrder(0, 4);
  }

  private static float[] at(double degrees) {
    double angle = Math.toRadians(degrees);
    return new float[] {(float) Math.cos(angle), (float) Math.sin(angle)};
  }

  @Test
  void withoutPicturesThereAreNoGroups() {
    assertThat(Clusters.of(List.of(), 0.5)).isEmpty();
  }
}
