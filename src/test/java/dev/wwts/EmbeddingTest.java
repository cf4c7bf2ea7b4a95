package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.wwts.ModelException.Reason;
import java.awt.Color;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Embeddings, of a network whose features can be worked out by hand: the colours, and a half. */
class EmbeddingTest {
  /** Logits, then four features. */
  private static final String NETWORK = "torch.cat([m * 10, m, m[:, :1] * 0 + 0.5], 1)";

  private static final String MANIFEST =
      ModelFiles.MANIFEST
          .replace("\"format\": 1", "\"format\": 2")
          .replace("\"output\"", ModelFiles.embedding(4) + ", \"output\"");

  /** Red, green, blue and a half, over their length of 1.5. */
  private static final Color COLOUR = new Color(255, 0, 255);

  private static final float[] EXPECTED = {2 / 3f, 0, 2 / 3f, 1 / 3f};
  private static final Picture PICTURE = Picture.of(TestPictures.png(20, 30, COLOUR));
  private static final Picture RED = Picture.of(TestPictures.png(9, 12, Color.RED));
  private static final Picture BAD = Picture.of(new byte[] {1, 2, 3});

  @TempDir private Path folder;

  private Path model(String network, String manifest) {
    return ModelFiles.write(
        folder, network, manifest, ModelFiles.LABELS.getBytes(StandardCharsets.UTF_8));
  }

  private static void close(float[] vector, float[] expected, float most) {
    assertThat(vector).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(vector[i]).isCloseTo(expected[i], within(most));
    }
  }

  @Test
  void anEmbeddingIsTheFeaturesOfLength1() {
    try (Recognizer recognizer = Recognizer.load(model(NETWORK, MANIFEST))) {
      assertThat(recognizer.model().embedding()).isEqualTo(4);
      close(recognizer.embed(PICTURE), EXPECTED, 1e-6f);
      assertThatThrownBy(() -> recognizer.embed(BAD)).isInstanceOf(PictureException.class);
    }
  }

  @Test
  void recognitionIsWhatItWasWithoutFeatures() {
    Answer.Recognized expected;
    try (Recognizer plain = Recognizer.load(ModelFiles.tiny(folder))) {
      expected = plain.answer(RED);
    }
    try (Recognizer recognizer = Recognizer.load(model(NETWORK, MANIFEST))) {
      assertThat(recognizer.answer(RED).results()).isEqualTo(expected.results());
      assertThat(recognizer.model().labels()).hasSize(3);
    }
  }

  @Test
  void aBatchGivesWhatEachGivesAloneAndRefusesOnlyTheBadOnes() {
    try (Recognizer recognizer = Recognizer.load(model(NETWORK, MANIFEST))) {
      List<Answer> answers = recognizer.embeddings(List.of(RED, BAD, PICTURE));

      assertThat(vector(answers.get(0))).isEqualTo(recognizer.embed(RED));
      assertThat(answers.get(1)).isInstanceOf(Answer.Refused.class);
      assertThat(vector(answers.get(2))).isEqualTo(recognizer.embed(PICTURE));
      assertThat(((Answer.Embedded) answers.get(2)).timings().total()).isPositive();
      assertThat(recognizer.embeddings(List.of())).isEmpty();
    }
  }

  @Test
  void callsOfBothKindsShareBatches() {
    Path file = model(NETWORK, MANIFEST);
    try (Recognizer recognizer =
        Recognizer.builder(file).lanes(1).queue(64).batching(8, Duration.ofMillis(20)).load()) {
      List<CompletableFuture<Answer>> calls = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        calls.add(i % 2 == 0 ? recognizer.embedAsync(PICTURE) : recognizer.answerAsync(RED));
      }
      for (int i = 0; i < 16; i += 2) {
        close(vector(calls.get(i).join()), EXPECTED, 1e-6f);
        assertThat(((Answer.Recognized) calls.get(i + 1).join()).best().label()).isEqualTo("红");
      }
    }
  }

  @Test
  void aVectorIsTheCallersOwn() {
    try (Recognizer recognizer = Recognizer.load(model(NETWORK, MANIFEST))) {
      Answer.Embedded answer = (Answer.Embedded) recognizer.embedAsync(PICTURE).join();
      answer.vector()[0] = 7;

      close(answer.vector(), EXPECTED, 1e-6f);
    }
  }

  @Test
  void halfPrecisionPointsTheSameWay() {
    Path file = model(NETWORK, MANIFEST);
    try (Recognizer recognizer = Recognizer.builder(file).precision(Precision.BF16).load()) {
      assertThat(recognizer.model().precision()).isEqualTo(Precision.BF16);
      // a bfloat16 is within 2^-9 of what it stands for
      close(recognizer.embed(PICTURE), EXPECTED, 0x1p-8f);
    }
  }

  @Test
  void noFeaturesAreNoDirection() {
    String zeros = "torch.cat([m * 10, m * 0, m[:, :1] * 0], 1)";
    try (Recognizer recognizer = Recognizer.load(model(zeros, MANIFEST))) {
      assertThat(recognizer.embed(PICTURE)).containsOnly(0);
    }
  }

  @Test
  void aModelWithoutAnEmbeddingSaysHowToGetOne() {
    try (Recognizer recognizer = Recognizer.load(ModelFiles.tiny(folder))) {
      assertThat(recognizer.model().embedding()).isZero();
      for (Supplier<?> call :
          List.<Supplier<?>>of(
              () -> recognizer.embed(PICTURE),
              () -> recognizer.embeddings(List.of()),
              () -> recognizer.embedAsync(PICTURE).join())) {
        assertThatThrownBy(call::get)
            .isInstanceOfSatisfying(
                ModelException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NO_EMBEDDING))
            .hasMessageContaining("--embedding")
            .hasMessageContaining("tiny");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "m * 10",
        "torch.cat([m * 10, m], 1)",
        "torch.cat([m * 10, m, m], 1)",
        "(m * 10, m)",
        "torch.cat([m * 10, m, m[:, :1]], 1).long()",
        "torch.cat([m * 10, m, m[:, :1]], 1).unsqueeze(2)",
        "torch.cat([m * 10, m, m[:, :1] * 0 / 0], 1)"
      })
  void anotherSecondOutputIsRefusedAtLoad(String network) {
    Path file = model(network, MANIFEST);

    assertThatThrownBy(() -> Recognizer.load(file).close())
        .isInstanceOfSatisfying(
            ModelException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BAD_OUTPUT))
        .hasMessageContaining(file.toString())
        .hasMessageMatching("[^\\p{Cntrl}]{1,300}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "length": 4         | "length": 0         | BAD_MANIFEST | embedding.length
          "length": 4         | "length": 70000     | BAD_MANIFEST | embedding.length
          "length": 4,        |                     | BAD_MANIFEST | embedding.length
          "dtype": "float32", "normalised" | "dtype": "int8", "normalised" | BAD_MANIFEST | embedding.dtype
          "normalised": false | "normalised": 1     | BAD_MANIFEST | embedding.normalised
          "length": 4,        | "length": 4, "meaning": "a\\u001b[2J", | BAD_MANIFEST | embedding.meaning
          "family": "test",   | "family": "test", "selftest": {"pictures": ["a"], "logits": "b"}, | BAD_MANIFEST | selftest.embeddings
          "format": 2         | "format": 3         | NEWER_FORMAT | format 3
          """)
  void namesTheFieldThatIsWrong(String from, String to, Reason reason, String named) {
    Path file = model(NETWORK, MANIFEST.replace(from, to == null ? "" : to));

    assertThatThrownBy(() -> Recognizer.load(file))
        .isInstanceOfSatisfying(ModelException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(named)
        .hasMessageMatching("[^\\p{Cntrl}]{1,300}");
  }

  /** Unknown fields are ignored, and this one is unknown there. */
  @Test
  void aFileOfFormat1HasNone() {
    Path file = model("m * 10", MANIFEST.replace("\"format\": 2", "\"format\": 1"));
    try (Recognizer recognizer = Recognizer.load(file)) {
      assertThat(recognizer.model().embedding()).isZero();
    }
  }

  private static float[] vector(Answer answer) {
    return ((Answer.Embedded) answer).vector();
  }
}
