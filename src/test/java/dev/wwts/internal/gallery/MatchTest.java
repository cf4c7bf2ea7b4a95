package dev.wwts.internal.gallery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import dev.wwts.GalleryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a gallery takes a picture for, from when on, and what it holds twice. */
class MatchTest {
  private static final int DIMENSION = 48;

  @TempDir private Path folder;
  private final Random random = new Random(21);

  @Test
  void severalNeighboursOutvoteOneThatIsLittleNearer() {
    List<Neighbour> neighbours =
        List.of(
            neighbour(1, "odd", 0.90),
            neighbour(2, "many", 0.89),
            neighbour(3, "many", 0.88),
            neighbour(4, "far", 0.10));
    assertThat(Match.of(neighbours, label -> 0, 0.8))
        .isPresent()
        .get()
        .isEqualTo(new Match("many", neighbours.get(1), true, neighbours.get(0)));
    assertThat(Match.of(neighbours, label -> 0, 0.895))
        .get()
        .extracting(Match::recognized)
        .isEqualTo(false);
    // e^(20 x 0.2) = 55 times the vote
    neighbours =
        List.of(neighbour(1, "odd", 0.95), neighbour(2, "many", 0.75), neighbour(3, "many", 0.75));
    assertThat(Match.of(neighbours, label -> 0, -1))
        .get()
        .extracting(Match::label)
        .isEqualTo("odd");
    assertThat(Match.of(List.of(), label -> 0, -1)).isEmpty();
  }

  /** 40 x 0.1 in the exponent, which a vote of e^(20 x 0.15) does not reach. */
  @Test
  void theMiddleOfALabelCounts() {
    List<Neighbour> neighbours = List.of(neighbour(1, "odd", 0.9), neighbour(2, "kin", 0.75));
    assertThat(Match.of(neighbours, label -> label.equals("kin") ? 0.8 : 0.7, -1))
        .get()
        .extracting(Match::label)
        .isEqualTo("kin");
  }

  @Test
  void middlesFollowWhatIsAddedAndRemoved() {
    Centres centres = new Centres();
    float[] first = Vectors.random(random, DIMENSION);
    float[] second = Vectors.random(random, DIMENSION);
    centres.add("x", first);
    centres.add("x", second);
    assertThat(centres.cosineWithout("x", second)).isCloseTo(dot(first, second), offset(1e-6));
    centres.remove("x", first);
    assertThat(centres.cosine("x", second)).isCloseTo(1, offset(1e-6));
    centres.remove("x", second);
    assertThat(centres.cosine("x", second)).isZero();
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  @Test
  void equalVotesGoToTheOlderExample() {
    List<Neighbour> neighbours = List.of(neighbour(1, "b", 0.5), neighbour(2, "a", 0.5));
    assertThat(Match.of(neighbours, label -> 0, 0)).get().extracting(Match::label).isEqualTo("b");
  }

  private static Neighbour neighbour(long id, String label, double similarity) {
    return new Neighbour(new Example(id, label, Map.of()), similarity);
  }

  /** Ten clusters: a new picture of one is recognised, of an eleventh not. */
  @Test
  void calibratesOnItself() {
    List<float[]> centres = new ArrayList<>();
    try (GalleryStore store = GalleryStore.open(folder, Vectors.model(DIMENSION))) {
      for (int label = 0; label < 10; label++) {
        centres.add(Vectors.random(random, DIMENSION));
        for (int i = 0; i < 8; i++) {
          store.add(Vectors.example("thing " + label, near(centres.get(label))));
        }
      }
      store.add(Vectors.example("alone", Vectors.random(random, DIMENSION)));
      Calibration calibration = store.calibrate();
      assertThat(calibration.examples()).isEqualTo(81);
      assertThat(calibration.recognized()).isCloseTo(1, offset(0.05));
      assertThat(calibration.refused()).isCloseTo(1, offset(0.05));
      assertThat(store.threshold()).isEqualTo(calibration.threshold());
      Match known = store.recognize(near(centres.get(3))).orElseThrow();
      assertThat(known.label()).isEqualTo("thing 3");
      assertThat(known.recognized()).isTrue();
      assertThat(store.recognize(Vectors.random(random, DIMENSION)))
          .get()
          .extracting(Match::recognized)
          .isEqualTo(false);
    }
  }

  @Test
  void saysWhatItNeedsToCalibrate() {
    try (GalleryStore store = GalleryStore.open(folder, Vectors.model(DIMENSION))) {
      assertThat(store.recognize(Vectors.random(random, DIMENSION))).isEmpty();
      for (String label : List.of("a", "b", "c")) {
        assertThatThrownBy(store::calibrate)
            .isInstanceOf(GalleryException.class)
            .hasMessageContaining("add a second label");
        store.add(Vectors.example(label, Vectors.random(random, DIMENSION)));
      }
    }
  }

  @Test
  void groupsWhatIsNearlyTheSame() {
    float[] first = Vectors.random(random, DIMENSION);
    float[] second = Vectors.random(random, DIMENSION);
    try (GalleryStore store = GalleryStore.open(folder, Vectors.model(DIMENSION))) {
      for (int i = 0; i < 100; i++) {
        store.add(Vectors.example("other", Vectors.random(random, DIMENSION)));
      }
      store.add(Vectors.example("x", second)); // 101
      store.add(Vectors.example("x", first)); // 102
      store.add(Vectors.example("y", Vectors.near(first, 0.01, random))); // 103
      store.add(Vectors.example("y", second)); // 104
      store.add(Vectors.example("x", second)); // 105
      assertThat(store.duplicates(0.99))
          .extracting(group -> group.stream().map(Example::id).toList())
          .containsExactly(List.of(101L, 104L, 105L), List.of(102L, 103L));
      store.remove(103);
      store.remove(104);
      assertThat(store.duplicates(0.99))
          .extracting(group -> group.stream().map(Example::id).toList())
          .containsExactly(List.of(101L, 105L));
    }
  }

  private float[] near(float[] centre) {
    return Vectors.near(centre, 0.5, random);
  }
}
