package dev.wwts.internal.head;

import dev.wwts.Answer;
import dev.wwts.Recognition;
import dev.wwts.Timings;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.model.Manifest.Output;
import dev.wwts.internal.settings.Settings;
import java.util.List;

/** What a picture shows: the best classes with their names, less what its thresholds leave out. */
public final class ClassHead implements Head<Answer.Recognized> {
  private final Readout.Best readout;
  private final List<String> labels;
  private final double threshold;
  private final double minConfidence;

  ClassHead(Bundle bundle, Settings settings) {
    Output output = bundle.manifest().output();
    this.labels = bundle.labels();
    this.threshold =
        settings.threshold() == Settings.FROM_MANIFEST ? output.threshold() : settings.threshold();
    this.minConfidence = settings.minConfidence();
    this.readout =
        new Readout.Best(
            0, output.classes(), output.activation(), Math.min(settings.topK(), output.classes()));
  }

  @Override
  public Readout readout() {
    return readout;
  }

  /** A picture whose best confidence is below it is not recognised. */
  public double threshold() {
    return threshold;
  }

  @Override
  public Answer.Recognized answer(Reading ranked, Timings timings) {
    Recognition best = recognition(ranked, 0);
    Recognition[] results = new Recognition[shown(ranked)];
    for (int i = 0; i < results.length; i++) {
      results[i] = i == 0 ? best : recognition(ranked, i);
    }
    return new Answer.Recognized(List.of(results), best, timings);
  }

  private Recognition recognition(Reading ranked, int rank) {
    int index = ranked.column(rank);
    return new Recognition(index, labels.get(index), ranked.value(rank));
  }

  /**
   * How many of the best classes, which descend; 0 leaves none out, also not raw values below it.
   */
  private int shown(Reading ranked) {
    if (threshold > 0 && ranked.value(0) < threshold) {
      return 0;
    }
    int n = ranked.size();
    while (minConfidence > 0 && n > 0 && ranked.value(n - 1) < minConfidence) {
      n--;
    }
    return n;
  }
}
