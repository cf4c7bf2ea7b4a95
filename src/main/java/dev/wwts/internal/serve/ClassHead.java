package dev.wwts.internal.serve;

import dev.wwts.Answer;
import dev.wwts.Recognition;
import dev.wwts.Timings;
import dev.wwts.internal.lane.Ranking;
import dev.wwts.internal.settings.Settings;
import java.util.List;

/** From the best classes of a picture to its answer: names, and what is left out. */
final class ClassHead {
  private final List<String> labels;
  private final double threshold;
  private final double minConfidence;

  ClassHead(List<String> labels, Settings settings) {
    this.labels = labels;
    this.threshold = settings.threshold();
    this.minConfidence = settings.minConfidence();
  }

  Answer.Recognized answer(Ranking.Row ranked, Timings timings) {
    Recognition best = recognition(ranked, 0);
    Recognition[] results = new Recognition[shown(ranked)];
    for (int i = 0; i < results.length; i++) {
      results[i] = i == 0 ? best : recognition(ranked, i);
    }
    return new Answer.Recognized(List.of(results), best, timings);
  }

  private Recognition recognition(Ranking.Row ranked, int rank) {
    int index = ranked.index(rank);
    return new Recognition(index, labels.get(index), ranked.confidence(rank));
  }

  /**
   * How many of the best classes, which descend; 0 leaves none out, also not raw values below it.
   */
  private int shown(Ranking.Row ranked) {
    if (threshold > 0 && ranked.confidence(0) < threshold) {
      return 0;
    }
    int n = ranked.size();
    while (minConfidence > 0 && n > 0 && ranked.confidence(n - 1) < minConfidence) {
      n--;
    }
    return n;
  }
}
