package dev.wwts.internal.head;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.Answer;
import dev.wwts.ModelFiles;
import dev.wwts.Recognition;
import dev.wwts.Timings;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.model.Manifest.Activation;
import dev.wwts.internal.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a ranking becomes: names, and what thresholds leave out. */
class ClassHeadTest {
  private static final Timings TIMINGS = new Timings(1, 2, 3, 4, 5);
  private static final Reading RANKED =
      Reading.best(new long[] {2, 0, 1}, new float[] {0.5f, 0.3f, 0.2f});

  @TempDir private Path folder;

  private ClassHead head(Settings settings, double threshold) {
    Path model =
        ModelFiles.write(
            folder,
            "m",
            ModelFiles.MANIFEST.replace("\"threshold\": 0.0", "\"threshold\": " + threshold),
            ModelFiles.LABELS.getBytes(StandardCharsets.UTF_8));
    return Heads.of(Bundle.describe(model), settings).classes().orElseThrow();
  }

  @Test
  void classesGetTheirNamesInOrder() {
    Answer.Recognized answer = head(Settings.DEFAULT, 0).answer(RANKED, TIMINGS);

    assertThat(answer.results())
        .containsExactly(
            new Recognition(2, "蓝", 0.5f),
            new Recognition(0, "红", 0.3f),
            new Recognition(1, "绿", 0.2f));
    assertThat(answer.best()).isEqualTo(answer.results().get(0));
    assertThat(answer.timings()).isEqualTo(TIMINGS);
  }

  @Test
  void theManifestsThresholdHoldsWhereNoneIsSet() {
    assertThat(head(Settings.DEFAULT, 0.6).threshold()).isEqualTo(0.6);
    assertThat(head(Settings.DEFAULT.threshold(0), 0.6).threshold()).isZero();
  }

  @Test
  void aPictureBelowTheThresholdIsNotRecognisedButHasABestClass() {
    Answer.Recognized answer = head(Settings.DEFAULT, 0.6).answer(RANKED, TIMINGS);

    assertThat(answer.results()).isEmpty();
    assertThat(answer.best()).isEqualTo(new Recognition(2, "蓝", 0.5f));
  }

  @Test
  void classesBelowTheLeastConfidenceAreLeftOut() {
    ClassHead head = head(Settings.DEFAULT.minConfidence(0.3), 0);

    assertThat(head.answer(RANKED, TIMINGS).results())
        .extracting(Recognition::label)
        .containsExactly("蓝", "红");
  }

  @Test
  void itReadsAtMostAsManyClassesAsThereAre() {
    assertThat(head(Settings.DEFAULT.topK(2), 0).readout())
        .isEqualTo(new Readout.Best(0, 3, Activation.SOFTMAX, 2));
    assertThat(head(Settings.DEFAULT.topK(9), 0).readout().size()).isEqualTo(3);
  }
}
