package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Both towers in Java beside transformers', of random weights and the published vocabulary; skipped
 * where there is no Python. -Dwwts.clip=ViT-B-16 takes a published shape, and fewer texts.
 */
class TextParityTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int PICTURES = 4;

  @TempDir private Path folder;

  @Test
  void textsAndScoresAreTransformers() throws IOException {
    assumeTrue(
        System.getenv("WWTS_PYTHON") != null,
        "skipped: WWTS_PYTHON names no Python with transformers");
    List<String> command = new ArrayList<>();
    command.add("models/tests/clip_reference.py");
    command.add(Kit.folder().resolve("tokenizer/vocab.txt").toString());
    String variant = System.getProperty("wwts.clip", "");
    command.addAll(List.of(folder.toString(), variant.isEmpty() ? "200" : "20"));
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
      for (String line : Files.readAllLines(folder.resolve("texts.jsonl"))) {
        JsonNode expected = JSON.readTree(line);
        float[] vector = recognizer.embed(expected.get("text").asText());
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
    }
    try (Recognizer half = Recognizer.builder(model).precision(Precision.BF16).load()) {
      assertThat(half.verify().passed()).as(half.verify().toString()).isTrue();
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
