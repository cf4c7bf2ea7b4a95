package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.wwts.ModelException.Reason;
import java.awt.Color;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the network sees, made by the caller; of a network whose answers can be worked out. */
class TensorTest {
  private static final int PLANE = 8 * 8;

  /** A mean of 64 numbers and ten times of it, in 32 bits. */
  private static final float ROUNDING = 1e-5f;

  @TempDir private Path folder;

  /** Each plane's numbers lie around its mean. */
  private static Picture.Tensor tensor(float... means) {
    float[] values = new float[means.length * PLANE];
    for (int i = 0; i < values.length; i++) {
      values[i] = means[i / PLANE] + (i % 2 == 0 ? 0.25f : -0.25f);
    }
    return new Picture.Tensor("the tensor", values);
  }

  @Test
  void theNetworkSeesItAsItIs() {
    try (Recognizer recognizer = Recognizer.load(ModelFiles.tiny(folder))) {
      // beyond what a picture's colours could be
      float[] logits = recognizer.logits(List.of(tensor(-3, 0.5f, 0.25f))).get(0);
      float[] expected = {-30, 5, 2.5f};
      for (int i = 0; i < expected.length; i++) {
        assertThat(logits[i]).isCloseTo(expected[i], within(ROUNDING * 30));
      }
      Answer.Recognized answer = recognizer.answer(tensor(0, 0, 2));
      assertThat(answer.best().label()).isEqualTo("蓝");
    }
  }

  @Test
  void itMeetsPicturesInABatchAndWithoutWaiting() {
    Picture red = Picture.of(TestPictures.png(8, 8, Color.RED));
    try (Recognizer recognizer = Recognizer.builder(ModelFiles.colours(folder)).lanes(1).load()) {
      List<float[]> logits = recognizer.logits(List.of(red, tensor(1, 0, 0)));
      assertThat(logits).allMatch(row -> row.length == 3);
      assertThat(logits.get(1)[0]).isCloseTo(logits.get(0)[0], within(ROUNDING));
      List<Answer> features = recognizer.embeddings(List.of(red, tensor(1, 0, 0)));
      float[] expected = ((Answer.Embedded) features.get(0)).vector();
      float[] actual = ((Answer.Embedded) features.get(1)).vector();
      for (int i = 0; i < expected.length; i++) {
        assertThat(actual[i]).isCloseTo(expected[i], within(ROUNDING));
      }
      Answer answer = recognizer.answerAsync(tensor(0, 1, 0)).join();
      assertThat(((Answer.Recognized) answer).best().label()).isEqualTo("绿");
      assertThat(recognizer.logits(List.of())).isEmpty();
    }
  }

  @Test
  void anotherShapeAndWhatIsNoNumberAreRefusedAlone() {
    Picture.Tensor nan = tensor(0, 0, 0);
    nan.values()[PLANE] = Float.NaN;
    Picture.Tensor infinite = tensor(0, 0, 0);
    infinite.values()[3 * PLANE - 1] = Float.NEGATIVE_INFINITY;
    Picture.Tensor longer = new Picture.Tensor("long", Arrays.copyOf(nan.values(), 3 * PLANE + 1));
    Picture.Tensor empty = new Picture.Tensor("empty", new float[0]);
    try (Recognizer recognizer = Recognizer.load(ModelFiles.tiny(folder))) {
      for (Picture bad : List.of(nan, infinite, longer, empty)) {
        List<Answer> answers = recognizer.answers(List.of(bad, tensor(1, 0, 0)));
        assertThat(answers.get(0))
            .isInstanceOfSatisfying(
                Answer.Refused.class,
                it -> assertThat(it.cause().reason()).isEqualTo(PictureException.Reason.CORRUPT));
        assertThat(((Answer.Recognized) answers.get(1)).best().label()).isEqualTo("红");
        assertThatThrownBy(() -> recognizer.logits(List.of(tensor(1, 0, 0), bad)))
            .isInstanceOf(PictureException.class)
            .hasMessageStartingWith(bad.name());
      }
      assertThat(recognizer.stats().memory().pixelsInFlight()).isZero();
    }
  }

  @Test
  void aModelWithoutClassesHasNoLogits() {
    try (Recognizer recognizer = Recognizer.load(ModelFiles.texts(folder))) {
      assertThatThrownBy(() -> recognizer.logits(List.of(tensor(1, 0, 0))))
          .isInstanceOfSatisfying(
              ModelException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NO_LABELS));
      assertThat(recognizer.embed(tensor(1, 0, 0))).hasSize(4);
    }
  }
}
