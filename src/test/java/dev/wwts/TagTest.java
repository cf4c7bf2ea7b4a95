package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.Color;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several labels a picture, thresholds of each class's own, and categories. */
class TagTest {
  private static final Picture PICTURE = Picture.of(TestPictures.png(9, 9, Color.RED));

  /** Sigmoids: 0.9526, 0.1192, 0.7311, 0.5, 0.2689. */
  private static final float[] LOGITS = {3, -2, 1, 0, -1};

  @TempDir private Path folder;

  private Path model(String activation, String thresholds, String roots) {
    Map<String, byte[]> more = new HashMap<>();
    String fields = "";
    if (!thresholds.isEmpty()) {
      fields += "\"thresholds\": \"thresholds.txt\", ";
      more.put("thresholds.txt", lines(thresholds));
    }
    if (!roots.isEmpty()) {
      fields += "\"roots\": \"roots.txt\", ";
      more.put("roots.txt", lines(roots));
    }
    String added = fields;
    return ModelFiles.with(
        ModelFiles.constant(folder, LOGITS, activation),
        it ->
            it.replace("\"format\": 1", "\"format\": 2")
                .replace("\"classes\"", added + "\"classes\""),
        more);
  }

  private static byte[] lines(String values) {
    return (values.replace(' ', '\n').replace('-', ' ').replaceAll("(?m)^ $", "") + "\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  private static List<String> labels(List<Recognition> classes) {
    return classes.stream().map(Recognition::label).toList();
  }

  @Test
  void aTagIsWhatReachesItsOwnThresholdHoweverManyAreShown() {
    Path model = model("sigmoid", "0.99 0.1 0.7 0.5 0.5", "");
    try (Recognizer recognizer = Recognizer.builder(model).topK(1).load()) {
      Answer.Recognized answer = recognizer.answer(PICTURE);

      assertThat(labels(answer.tags())).containsExactly("类2", "类3", "类1");
      assertThat(answer.tags().get(2).confidence()).isBetween(0.119, 0.120);
      assertThat(labels(answer.results())).containsExactly("类0");
      assertThat(recognizer.model().threshold()).isZero();
    }
  }

  @Test
  void withoutATagAPictureIsNotRecognised() {
    Path model = model("sigmoid", "0.99 0.9 0.9 0.9 0.9", "");
    try (Recognizer recognizer = Recognizer.load(model)) {
      Answer.Recognized answer = recognizer.answer(PICTURE);

      assertThat(answer.tags()).isEmpty();
      assertThat(answer.results()).isEmpty();
      assertThat(answer.best().label()).isEqualTo("类0");
    }
  }

  @Test
  void aThresholdThatIsAskedForHoldsForAll() {
    Path model = model("sigmoid", "0.99 0.9 0.9 0.9 0.9", "");
    try (Recognizer recognizer = Recognizer.builder(model).threshold(0.6).load()) {
      assertThat(labels(recognizer.answer(PICTURE).tags())).containsExactly("类0", "类2");
    }
  }

  @ParameterizedTest
  @CsvSource({"0.9 0 0 0 0, 0", "0.8 0.99 0.99 0.99 0.99, 5"})
  void classesOfASoftmaxHaveThresholdsToo(String thresholds, int shown) {
    try (Recognizer recognizer = Recognizer.load(model("softmax", thresholds, ""))) {
      Answer.Recognized answer = recognizer.answer(PICTURE); // the best has 0.83

      assertThat(answer.results()).hasSize(shown);
      assertThat(answer.tags()).isEmpty();
    }
  }

  @Test
  void aClassTellsItsCategory() {
    try (Recognizer recognizer = Recognizer.load(model("softmax", "", "水果 - 水果 家电 -"))) {
      assertThat(recognizer.answer(PICTURE).results())
          .extracting(Recognition::root)
          .containsExactly("水果", "水果", "家电", "", "");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0.5 0.5 0.5 0.5, '', 4 thresholds for 5 classes",
    "0.5 0.5 NaN 0.5 0.5, '', the threshold of class 2 is not a number",
    "0.5 0.5 0x1p0 0.5 0.5, '', the threshold of class 2 is not a number",
    "0.5 0.5 0.5 1.5 0.5, '', the threshold of class 3 is not a number",
    "'', a b c, 3 roots for 5 classes",
    "'', a b c d e\u001bx, the root of class 4",
  })
  void whatDoesNotFitIsRefused(String thresholds, String roots, String says) {
    Path model = model("softmax", thresholds, roots);

    assertThatThrownBy(() -> Recognizer.load(model))
        .isInstanceOfSatisfying(
            ModelException.class,
            e -> assertThat(e.reason()).isEqualTo(ModelException.Reason.BAD_LABELS))
        .hasMessageContaining(says);
  }

  @Test
  void anEntryThatIsNotThereIsNamed() {
    Path model =
        ModelFiles.with(
            ModelFiles.tiny(folder),
            it ->
                it.replace("\"format\": 1", "\"format\": 2")
                    .replace("\"classes\"", "\"roots\": \"roots.txt\", \"classes\""),
            Map.of());

    assertThatThrownBy(() -> Recognizer.load(model)).hasMessageContaining("extra/roots.txt");
  }
}
