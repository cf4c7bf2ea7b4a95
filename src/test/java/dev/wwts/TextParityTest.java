package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.wwts.internal.text.Printable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Both towers in Java beside transformers', of random weights: Chinese-CLIP's with the published
 * vocabulary, CLIP's and SigLIP's with those that are learnt here; skipped where there is no
 * Python. -Dwwts.clip=ViT-B-16 takes a published shape of the first, -Dwwts.clip=base of the
 * others; -Dwwts.texts=1000 as many texts, -Dwwts.tokenizer.clip=FOLDER another vocabulary.
 */
class TextParityTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int PICTURES = 4;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"chinese-clip", "clip", "siglip"})
  void textsAndScoresAreTransformers(String kind) throws IOException {
    assumeTrue(
        System.getenv("WWTS_PYTHON") != null,
        "skipped: WWTS_PYTHON names no Python with transformers");
    List<String> command = new ArrayList<>(List.of("models/tests/clip_reference.py", kind));
    command.add(vocabulary(kind));
    command.addAll(List.of(folder.toString(), System.getProperty("wwts.texts", "200")));
    String variant = System.getProperty("wwts.clip", "");
    if (!variant.isEmpty()) {
      command.add(variant);
    }
    Kit.python(command.toArray(String[]::new));
    Path model = folder.resolve("clip.pt");
    List<Picture> pictures = new ArrayList<>();
    for (int i = 0; i < PICTURES; i++) {
      pictures.add(Picture.of(folder.resolve(i + ".png")));
    }
    try (Recognizer recognizer = Recognizer.load(model)) {
      Verification verification = recognizer.verify();
      assertThat(verification.passed()).as(verification.toString()).isTrue();
      assertThat(recognizer.remarks()).isEmpty();
      List<Answer> embedded = recognizer.embeddings(pictures);
      double least = 1;
      double most = -1;
      List<JsonNode> texts = new ArrayList<>();
      for (String line : Files.readAllLines(folder.resolve("texts.jsonl"))) {
        texts.add(JSON.readTree(line));
      }
      List<float[]> vectors =
          recognizer.embedTexts(texts.stream().map(it -> it.get("text").asText()).toList());
      for (int text = 0; text < texts.size(); text++) {
        JsonNode expected = texts.get(text);
        float[] vector = vectors.get(text);
        String line = expected.get("text").asText();
        near(vector, JSON.convertValue(expected.get("embedding"), float[].class), line);
        for (int i = 0; i < PICTURES; i++) {
          double score = product(((Answer.Embedded) embedded.get(i)).vector(), vector);
          // four digits: half of one of the last
          assertThat(score).isCloseTo(expected.at("/scores/" + i).asDouble(), within(5e-5));
          least = Math.min(least, score);
          most = Math.max(most, score);
        }
      }
      assertThat(most - least).isGreaterThan(0.02); // or the comparison would prove little
      if (kind.equals("siglip")) {
        confidencesAreSigmoids(recognizer, pictures, texts);
      }
    }
    try (Recognizer half = Recognizer.builder(model).precision(Precision.BF16).load()) {
      assertThat(half.verify().passed()).as(half.verify().toString()).isTrue();
    }
  }

  /** A file of words, or the folder of a tokenizer that is learnt from this project's texts. */
  private String vocabulary(String kind) {
    if (kind.equals("chinese-clip")) {
      return Kit.folder().resolve("tokenizer/vocab.txt").toString();
    }
    String style = kind.equals("clip") ? "clip" : "gemma";
    String given = System.getProperty("wwts.tokenizer." + style, "");
    if (!given.isEmpty()) {
      return given;
    }
    String learnt = folder.resolve("tokenizer").toString();
    Kit.python(
        "models/clip_tokens.py", "train", style, learnt, "2000", "README.md", "README.zh-CN.md");
    return learnt;
  }

  private static void confidencesAreSigmoids(
      Recognizer recognizer, List<Picture> pictures, List<JsonNode> texts) {
    int compared = 0;
    for (JsonNode text : texts) {
      String label = text.get("text").asText();
      if (Printable.isVisible(label) && compared++ < 20) {
        for (int i = 0; i < PICTURES; i++) {
          double confidence =
              recognizer
                  .answer(pictures.get(i), Labels.of(List.of(label), "{}"))
                  .best()
                  .confidence();
          // four digits, as of scores
          assertThat(confidence).isCloseTo(text.at("/confidences/" + i).asDouble(), within(5e-5));
        }
      }
    }
  }

  private static void near(float[] actual, float[] expected, String what) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) actual[i]).as(what).isCloseTo(expected[i], within(1e-5));
    }
  }

  private static double product(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
