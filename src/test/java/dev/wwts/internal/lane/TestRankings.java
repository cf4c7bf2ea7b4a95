package dev.wwts.internal.lane;

import java.util.ArrayList;
import java.util.List;

/** Rankings for tests of what comes behind a lane. */
public final class TestRankings {
  private TestRankings() {}

  /** One row a class: that class alone, with confidence 1. */
  public static Ranking of(List<Integer> classes) {
    List<Ranking.Row> rows = new ArrayList<>();
    for (int index : classes) {
      rows.add(new Ranking.Row(new long[] {index}, new float[] {1}));
    }
    return new Ranking(rows);
  }
}
