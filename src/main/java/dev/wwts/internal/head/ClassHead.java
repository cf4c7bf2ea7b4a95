package dev.wwts.internal.head;

import dev.wwts.Answer;
import dev.wwts.Recognition;
import dev.wwts.Timings;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.model.ClassFacts;
import dev.wwts.internal.model.Manifest.Activation;
import dev.wwts.internal.model.Manifest.Output;
import dev.wwts.internal.settings.Settings;
import java.util.ArrayList;
import java.util.List;

/**
 * What a picture shows: the best classes with their names, less what its thresholds leave out; and,
 * where classes don't exclude each other and have thresholds of their own, all that reach theirs.
 */
public final class ClassHead implements Head<Answer.Recognized> {
  private final Readout.Best readout;
  private final ClassFacts classes;
  private final int topK;
  private final double threshold;
  private final boolean isOneForAll;
  private final boolean tags;
  private final double minConfidence;

  ClassHead(Bundle bundle, Settings settings) {
    Output output = bundle.manifest().output();
    boolean isSet = settings.threshold() != Settings.FROM_MANIFEST;
    this.classes = bundle.classes();
    this.topK = Math.min(settings.topK(), output.classes());
    this.threshold = isSet ? settings.threshold() : output.threshold();
    this.isOneForAll = isSet || output.thresholds().isEmpty();
    this.tags = output.thresholds().isPresent() && output.activation() == Activation.SIGMOID;
    this.minConfidence = settings.minConfidence();
    // a class far down may have a low threshold
    int read = tags ? output.classes() : topK;
    this.readout = new Readout.Best(0, output.classes(), output.activation(), read);
  }

  @Override
  public Readout readout() {
    return readout;
  }

  /** A picture whose best confidence is below it is not recognised; 0 where classes have theirs. */
  public double threshold() {
    return threshold;
  }

  @Override
  public Answer.Recognized answer(Reading ranked, Timings timings) {
    Recognition best = recognition(ranked, 0);
    List<Recognition> reaching = tags ? reaching(ranked) : List.of();
    boolean isRecognized = tags ? !reaching.isEmpty() : reaches(ranked, 0);
    Recognition[] results = new Recognition[isRecognized ? shown(ranked) : 0];
    for (int i = 0; i < results.length; i++) {
      results[i] = i == 0 ? best : recognition(ranked, i);
    }
    return new Answer.Recognized(List.of(results), best, reaching, timings);
  }

  private Recognition recognition(Reading ranked, int rank) {
    int index = ranked.column(rank);
    return new Recognition(
        index, classes.labels().get(index), ranked.value(rank), classes.root(index));
  }

  private List<Recognition> reaching(Reading ranked) {
    List<Recognition> reaching = new ArrayList<>();
    for (int rank = 0; rank < ranked.size(); rank++) {
      if (reaches(ranked, rank)) {
        reaching.add(recognition(ranked, rank));
      }
    }
    return reaching;
  }

  /** A threshold of 0 leaves none out, also not raw values below it. */
  private boolean reaches(Reading ranked, int rank) {
    double least = isOneForAll ? threshold : classes.thresholds()[ranked.column(rank)];
    return least == 0 || ranked.value(rank) >= least;
  }

  /** How many of the best classes, which descend. */
  private int shown(Reading ranked) {
    int n = topK;
    while (minConfidence > 0 && n > 0 && ranked.value(n - 1) < minConfidence) {
      n--;
    }
    return n;
  }
}
