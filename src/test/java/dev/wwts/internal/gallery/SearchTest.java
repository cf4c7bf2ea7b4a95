package dev.wwts.internal.gallery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The two passes find what one pass over all products in doubles finds, in the same order. */
class SearchTest {
  private final Random random = new Random(17);

  /** Dimensions that fill no SIMD register, too. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 64, 513})
  void findsTheNearestInOrder(int dimension) {
    List<float[]> vectors = new ArrayList<>();
    Index index = new Index(dimension);
    for (int i = 0; i < 1500; i++) {
      add(index, vectors, Vectors.random(random, dimension));
    }
    for (int most : new int[] {1, 2, 10, 1499, 1500, 2000}) {
      assertSameAsByHand(index, vectors, Set.of(), Vectors.random(random, dimension), most);
    }
  }

  /** Differences far below the step of the codes, and none at all. */
  @Test
  void ranksNearTwinsExactlyAndEqualsByAge() {
    int dimension = 128;
    List<float[]> vectors = new ArrayList<>();
    Index index = new Index(dimension);
    float[] centre = Vectors.random(random, dimension);
    for (int i = 0; i < 3000; i++) {
      float[] near = Vectors.near(centre, 1e-5 * random.nextInt(100), random);
      add(index, vectors, near);
      if (i % 3 == 0) {
        add(index, vectors, near);
      }
    }
    for (int most : new int[] {1, 5, 100, 3999}) {
      assertSameAsByHand(index, vectors, Set.of(), centre, most);
    }
  }

  /** A few large numbers make coarse codes. */
  @Test
  void isExactWhereCodesAreCoarse() {
    int dimension = 256;
    List<float[]> vectors = new ArrayList<>();
    Index index = new Index(dimension);
    for (int i = 0; i < 5000; i++) {
      float[] vector = new float[dimension];
      for (int d = 0; d < dimension; d++) {
        vector[d] = (float) Math.pow(Math.abs(random.nextGaussian()), 6);
      }
      add(index, vectors, Vectors.unit(vector));
    }
    for (int i = 0; i < 20; i++) {
      assertSameAsByHand(index, vectors, Set.of(), vectors.get(random.nextInt(5000)), 10);
    }
  }

  @Test
  void forgetsWhatWasRemovedAndKeepsTheRest() {
    int dimension = 32;
    List<float[]> vectors = new ArrayList<>();
    Set<Integer> gone = new HashSet<>();
    Index index = new Index(dimension);
    for (int round = 0; round < 12; round++) {
      for (int i = 0; i < 1000; i++) {
        add(index, vectors, Vectors.random(random, dimension));
      }
      for (int i = 0; i < 900; i++) {
        int victim = random.nextInt(vectors.size());
        index.apply(new Change.Removed(victim + 1));
        gone.add(victim);
      }
      assertThat(index.snapshot().size()).isEqualTo(vectors.size() - gone.size());
      assertSameAsByHand(index, vectors, gone, Vectors.random(random, dimension), 25);
    }
    int rows = index.snapshot().segments().stream().mapToInt(Segment::rows).sum();
    assertThat(rows).as("memory follows").isLessThan(2 * index.snapshot().size() + Block.MOST);
  }

  @Test
  void aSnapshotStaysAsItWas() {
    List<float[]> vectors = new ArrayList<>();
    Index index = new Index(16);
    for (int i = 0; i < 100; i++) {
      add(index, vectors, Vectors.random(random, 16));
    }
    Snapshot before = index.snapshot();
    float[] query = vectors.get(42);
    for (int i = 0; i < 5000; i++) {
      index.apply(new Change.Added(new Example(1000 + i, "new", Map.of()), query));
    }
    index.apply(new Change.Removed(43));
    assertThat(Search.nearest(before, query, 2, it -> true))
        .first()
        .satisfies(it -> assertThat(it.example().id()).isEqualTo(43));
    assertThat(before.size()).isEqualTo(100);
  }

  private static void add(Index index, List<float[]> vectors, float[] vector) {
    vectors.add(vector);
    index.apply(new Change.Added(new Example(vectors.size(), "label", Map.of()), vector));
  }

  private static void assertSameAsByHand(
      Index index, List<float[]> vectors, Set<Integer> gone, float[] query, int most) {
    List<Neighbour> all = new ArrayList<>();
    for (int i = 0; i < vectors.size(); i++) {
      if (!gone.contains(i)) {
        all.add(new Neighbour(new Example(i + 1, "label", Map.of()), dot(vectors.get(i), query)));
      }
    }
    all.sort(Neighbour.NEAREST_FIRST);
    assertThat(Search.nearest(index.snapshot(), query, most, it -> true))
        .isEqualTo(all.subList(0, Math.min(most, all.size())));
  }

  /** In the documented order, so that even the last bit is the same. */
  private static double dot(float[] a, float[] b) {
    double[] sums = new double[4];
    int whole = a.length / 4 * 4;
    for (int i = 0; i < a.length; i++) {
      sums[i < whole ? i % 4 : 0] += (double) a[i] * b[i];
    }
    return sums[0] + sums[1] + (sums[2] + sums[3]);
  }
}
