package dev.wwts.internal.serve;

import dev.wwts.ModelException;
import dev.wwts.internal.head.EmbeddingHead;
import dev.wwts.internal.head.LabelHead;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.model.TextTower;
import dev.wwts.internal.settings.Settings;
import dev.wwts.internal.text.Printable;
import java.util.List;
import java.util.Optional;

/**
 * What a service knows of texts: their ids, which the caller's thread makes, in Java, and which
 * labels a picture is compared with.
 */
final class Texts {
  /** A long list of texts does not hold a lane against pictures. */
  static final int MOST_TOGETHER = 16;

  private final String model;
  private final Optional<TextTower> tower;
  private final Settings settings;
  private final double threshold;

  Texts(Bundle bundle, Settings settings) {
    this.model = bundle.manifest().name();
    this.tower = bundle.text();
    this.settings = settings;
    this.threshold =
        settings.threshold() == Settings.FROM_MANIFEST
            ? bundle.manifest().output().threshold()
            : settings.threshold();
  }

  /** A call that asks what texts are like. */
  Calls.Texts call(Course course, List<String> texts, long timeout, boolean isOwn) {
    TextTower reads = tower();
    long began = System.nanoTime();
    int[][] ids = texts.stream().map(reads::ids).toArray(int[][]::new);
    return new Calls.Texts(course, ids, System.nanoTime() - began, timeout, isOwn);
  }

  /** What chooses among labels for a picture. */
  LabelHead choosing(TextLabels labels, EmbeddingHead picture) {
    LabelHead.Choice choice =
        new LabelHead.Choice(
            tower().about(),
            labels.threshold().orElse(threshold),
            labels.leastSimilarity(),
            settings.topK(),
            settings.minConfidence());
    return new LabelHead(picture, choice, labels.names(), labels.embeddings());
  }

  private TextTower tower() {
    return tower.orElseThrow(
        () ->
            new ModelException(
                ModelException.Reason.NO_TEXT,
                Printable.line(model, 100)
                    + " knows no texts: models/export.py chinese-clip without --labels writes a file that does."));
  }

  /** That labels must be given. */
  ModelException noLabels() {
    return new ModelException(
        ModelException.Reason.NO_LABELS,
        Printable.line(model, 100)
            + " has no labels of its own: give some, as Labels.of(…) or --labels-file.");
  }
}
