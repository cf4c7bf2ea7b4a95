package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.wwts.ModelException.Reason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Labels that are given when a model is asked. */
class GivenLabelsTest extends TextCase {
  @Test
  void labelsThatAreGivenAreRecognisedLikeClasses() {
    try (Recognizer recognizer = Recognizer.load(ModelFiles.texts(folder))) {
      Labels colours = Labels.of(List.of("绿", "红", "蓝"), "{}色");

      Answer.Recognized answer = recognizer.answer(RED, colours);

      assertThat(answer.results()).extracting(Recognition::label).containsExactly("红", "绿", "蓝");
      assertThat(answer.best().index()).isEqualTo(1);
      // softmax of 10 x the cosines 1, 0.2 and 0.2
      double expected = 1 / (1 + 2 * Math.exp(10 * (0.2 - 1)));
      assertThat(answer.best().confidence()).isCloseTo(expected, within(ROUNDING));

      List<Answer> batch = recognizer.answers(List.of(BLUE, BAD, RED), colours);
      assertThat(((Answer.Recognized) batch.get(0)).best().label()).isEqualTo("蓝");
      assertThat(batch.get(1)).isInstanceOf(Answer.Refused.class);
      assertThat(((Answer.Recognized) batch.get(2)).results()).isEqualTo(answer.results());
      Answer async = recognizer.answerAsync(BLUE, colours).join();
      assertThat(((Answer.Recognized) async).best().label()).isEqualTo("蓝");
    }
  }

  @Test
  void severalTemplatesAreAveraged() {
    try (Recognizer recognizer = Recognizer.load(ModelFiles.texts(folder))) {
      Labels colours = Labels.of(List.of("红", "蓝"), "{}色", "{}绿");

      double confidence = recognizer.answer(RED, colours).best().confidence();

      // of 红: (1, 0, 0, .5) / 1.118 + (1, 1, 0, .5) / 1.5, of length 1 again
      double[] red = {1 / NORM + 1 / 1.5, 1 / 1.5, 0, 0.5 / NORM + 0.5 / 1.5};
      double norm = Math.sqrt(red[0] * red[0] + red[1] * red[1] + red[3] * red[3]);
      double ofRed = (red[0] + 0.5 * red[3]) / norm / NORM;
      double ofBlue = 0.5 * red[3] / norm / NORM;
      assertThat(confidence).isCloseTo(1 / (1 + Math.exp(10 * (ofBlue - ofRed))), within(ROUNDING));
    }
  }

  @Test
  void thresholdsAreOfSimilarityAndOfConfidence() {
    Path file = ModelFiles.texts(folder);
    Labels labels = Labels.of(List.of("绿", "蓝"), "{}");
    try (Recognizer recognizer = Recognizer.load(file)) {
      assertThat(recognizer.answer(BLUE, labels).results()).hasSize(2);
      Labels similar = labels.withMinSimilarity(0.5);
      assertThat(recognizer.answer(BLUE, similar).results())
          .extracting(Recognition::label)
          .containsExactly("蓝");
      assertThat(recognizer.answer(RED, similar).results()).isEmpty();
      assertThat(recognizer.answer(RED, similar).best().confidence())
          .isCloseTo(0.5, within(ROUNDING));
      assertThat(recognizer.answer(RED, labels.withThreshold(0.6)).results()).isEmpty();
    }
    try (Recognizer strict = Recognizer.builder(file).threshold(0.6).topK(1).load()) {
      assertThat(strict.answer(RED, labels).results()).isEmpty();
      assertThat(strict.answer(BLUE, labels).results()).hasSize(1);
      assertThat(strict.answer(RED, labels.withThreshold(0)).results()).hasSize(1);
    }
  }

  /** SigLIP asks about each label for itself; CLIP, which of them it is. */
  @Test
  void confidencesAreSigmoidsWhereTheModelSaysSo() {
    String manifest =
        ModelFiles.TEXT_MANIFEST.replace(
            "\"logit_scale\": 10.0",
            "\"logit_scale\": 10.0, \"logit_bias\": -5.0, \"activation\": \"sigmoid\"");
    Path file = ModelFiles.texts(folder, manifest, "y.sum(1)", String.join("\n", ModelFiles.WORDS));
    Labels colours = Labels.of(List.of("绿", "红", "红色", "蓝"), "{}");
    try (Recognizer recognizer = Recognizer.builder(file).topK(1).load()) {
      Answer.Recognized answer = recognizer.answer(RED, colours);
      // sigmoid of 10 x the cosine of 1, and less 5
      double sure = 1 / (1 + Math.exp(-5));
      assertThat(answer.best().label()).isEqualTo("红");
      assertThat(answer.best().confidence()).isCloseTo(sure, within(ROUNDING));
      assertThat(answer.results()).hasSize(1);
      assertThat(answer.tags()).isEmpty();

      Answer.Recognized tagged = recognizer.answer(RED, colours.withThreshold(0.5));
      assertThat(tagged.results()).hasSize(1);
      // all that reach it, however many are shown
      assertThat(tagged.tags()).extracting(Recognition::label).containsExactly("红", "红色");
      assertThat(tagged.tags().get(1).confidence()).isCloseTo(sure, within(ROUNDING));

      Labels others = colours.withNames(List.of("绿", "蓝"));
      // of a cosine of 0.2
      double unsure = 1 / (1 + Math.exp(3));
      assertThat(recognizer.answer(RED, others).best().confidence())
          .isCloseTo(unsure, within(ROUNDING));
      Answer.Recognized none = recognizer.answer(RED, others.withThreshold(0.5));
      assertThat(none.results()).isEmpty();
      assertThat(none.tags()).isEmpty();
    }
  }

  @Test
  void textsAreAskedAboutOnce() {
    List<CallEnd> ends = new ArrayList<>();
    Path file = ModelFiles.texts(folder);
    try (Recognizer recognizer =
        Recognizer.builder(file)
            .listener(
                end -> {
                  synchronized (ends) {
                    ends.add(end);
                  }
                })
            .load()) {
      Labels colours = Labels.of(List.of("红", "绿"));
      recognizer.answer(RED, colours);
      recognizer.answer(RED, colours.withThreshold(0.1));
      assertThat(texts(ends)).containsExactly(2);
      assertThat(recognizer.answer(BLUE, colours.withNames(List.of("绿", "蓝"))).best().label())
          .isEqualTo("蓝");
      assertThat(texts(ends)).containsExactly(2, 1);
    }
    try (Recognizer other = Recognizer.load(file)) {
      assertThat(other.stats().answered()).isZero();
    }
  }

  /** How many each call asked about; listeners hear in the calls' threads, before these return. */
  private static List<Integer> texts(List<CallEnd> ends) {
    synchronized (ends) {
      return ends.stream()
          .filter(end -> end.pictures() == 0)
          .map(end -> end.answers().size())
          .toList();
    }
  }

  @Test
  void manyLabelsAreEmbeddedSomeAtATime() {
    try (Recognizer recognizer = Recognizer.load(ModelFiles.texts(folder))) {
      List<String> names = new ArrayList<>(List.of("蓝"));
      for (int i = 0; i < 100; i++) {
        names.add("绿" + "a".repeat(i));
      }
      assertThat(recognizer.answer(BLUE, Labels.of(names, "{}")).best().label()).isEqualTo("蓝");
      // 101 texts by 16, and the picture
      assertThat(recognizer.stats().answered()).isEqualTo(8);
    }
  }

  @Test
  void aModelWithoutLabelsSaysSo() {
    try (Recognizer recognizer = Recognizer.load(ModelFiles.texts(folder))) {
      assertThatThrownBy(() -> recognizer.answer(RED)).satisfies(reason(Reason.NO_LABELS));
      assertThatThrownBy(() -> recognizer.answers(List.of(RED)))
          .satisfies(reason(Reason.NO_LABELS));
      assertThatThrownBy(() -> recognizer.answerAsync(RED)).satisfies(reason(Reason.NO_LABELS));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\u200b", "红,红"})
  void labelsThatAreNoneAreRefusedAtOnce(String names) {
    List<String> all = List.of(names.split(","));
    assertThatThrownBy(() -> Labels.of(all)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void settingsOfLabelsAreChecked() {
    Labels labels = Labels.of(List.of("红"));
    for (Runnable it :
        List.<Runnable>of(
            () -> Labels.of(List.of()),
            () -> Labels.of(List.of("红"), "一张图片"),
            () -> labels.withNames(List.of()),
            () -> labels.withThreshold(Double.NaN),
            () -> labels.withThreshold(1.1),
            () -> labels.withMinSimilarity(-2))) {
      assertThatThrownBy(it::run)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageMatching("[^\\p{Cntrl}]{1,300}");
    }
    assertThat(labels.withNames(List.of("绿")).names()).containsExactly("绿");
  }
}
