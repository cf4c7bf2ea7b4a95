package dev.wwts.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ratios told apart from the noise between processes. */
class ComparisonTest {
  private static final int TRIALS = 1000;

  /**
   * Welch's interval is a little too wide for few values: from half the nominal 1 % to twice it.
   */
  @ParameterizedTest
  @ValueSource(ints = {3, 5, 10})
  void runsOfOneProgramAreRarelyADifference(int processes) {
    Random random = new Random(processes);
    int wrong = 0;
    for (int i = 0; i < TRIALS; i++) {
      Comparison c = Comparison.of(entry(random, 1, processes), entry(random, 1, processes));
      wrong += c.verdict(false).equals("no difference") ? 0 : 1;
    }
    assertThat(wrong / (double) TRIALS).isLessThan(0.02);
  }

  @Test
  void tenPercentAreFoundWithFiveProcesses() {
    Random random = new Random(1);
    int found = 0;
    for (int i = 0; i < TRIALS; i++) {
      Comparison c = Comparison.of(entry(random, 1, 5), entry(random, 1.1, 5));
      found += c.verdict(false).equals("slower") ? 1 : 0;
    }
    assertThat(found / (double) TRIALS).isGreaterThan(0.95);
  }

  @Test
  void aDifferencesDirectionIsThatOfItsUnit() {
    Random random = new Random(2);
    Entry a = entry(random, 1, 5);
    Entry b = entry(random, 1.1, 5);

    assertThat(Comparison.of(a, b).ratio()).isBetween(1.05, 1.15);
    assertThat(Comparison.of(a, b).verdict(false)).isEqualTo("slower");
    assertThat(Comparison.of(a, b).verdict(true)).isEqualTo("faster");
    assertThat(Comparison.of(b, a).verdict(false)).isEqualTo("faster");
  }

  /** Rounds that lie 20 % apart, as a busy machine's do, are one program's and another's alike. */
  @Test
  void roundsOfTurnsTellWhatProcessesAloneDoNot() {
    Random random = new Random(3);
    int found = 0;
    int foundUnpaired = 0;
    int wrong = 0;
    for (int i = 0; i < TRIALS; i++) {
      double[] rounds = random.doubles(5, 1, 1.2).toArray();
      Entry a = entry(random, 1, rounds);
      Entry b = entry(random, 1.15, rounds);
      found += Comparison.ofPairs(a, b).verdict(false).equals("slower") ? 1 : 0;
      foundUnpaired += Comparison.of(a, b).verdict(false).equals("slower") ? 1 : 0;
      Comparison same = Comparison.ofPairs(a, entry(random, 1, rounds));
      wrong += same.verdict(false).equals("no difference") ? 0 : 1;
    }
    assertThat(found / (double) TRIALS).isGreaterThan(0.9);
    assertThat(foundUnpaired).isLessThan(found);
    assertThat(wrong / (double) TRIALS).isLessThan(0.02);
  }

  @Test
  void turnsOfOtherRoundsAreNotPaired() {
    Random random = new Random(4);
    Entry three = entry(random, 1, 3);
    Entry two = entry(random, 1, 2);
    assertThatThrownBy(() -> Comparison.ofPairs(three, two))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(Comparison.ofPairs(two, two).verdict(false)).isEqualTo("too few processes to tell");
  }

  @Test
  void twoProcessesTellNothing() {
    Comparison c =
        Comparison.of(
            entry(List.of(List.of(10.0, 10.0, 99.0), List.of(12.0))),
            entry(List.of(List.of(20.0), List.of(18.0, 18.0, 1.0), List.of(22.0))));

    assertThat(c.verdict(false)).isEqualTo("too few processes to tell");
    assertThat(c.enough()).isFalse();
    assertThat(c.low()).as("18 / 12").isCloseTo(1.5, within(1e-9));
    assertThat(c.high()).as("22 / 10").isCloseTo(2.2, within(1e-9));
    assertThat(c).hasToString("1.82 (1.50–2.20)");
  }

  @Test
  void equalValuesAreNoDifference() {
    Entry entry = entry(List.of(List.of(1.0), List.of(1.0), List.of(1.0)));
    assertThat(Comparison.of(entry, entry)).isEqualTo(new Comparison(1, 1, 1, 3));
    assertThat(Comparison.of(entry, entry).verdict(false)).isEqualTo("no difference");
  }

  /** Processes that lie 2 % apart, with a hundred calls each that lie 3 % apart. */
  private static Entry entry(Random random, double center, int count) {
    return entry(random, center, DoubleStream.generate(() -> 1).limit(count).toArray());
  }

  private static Entry entry(Random random, double center, double[] rounds) {
    List<List<Double>> processes = new ArrayList<>();
    for (double round : rounds) {
      double own = center * round * (1 + 0.02 * random.nextGaussian());
      List<Double> calls = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        calls.add(own * (1 + 0.03 * random.nextGaussian()));
      }
      processes.add(calls);
    }
    return entry(processes);
  }

  private static Entry entry(List<List<Double>> processes) {
    return new Entry("B.c", "sample", 1, Map.of(), "ms/op", processes, Map.of(), "");
  }
}
