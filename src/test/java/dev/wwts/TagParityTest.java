package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.wwts.convert.Conversion;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.model.SelfTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tags in Java beside those that Python's logits give; skipped where there is no Python. */
class TagParityTest {
  private static final double[] THRESHOLDS = {0.3, 0.5, 0.45, 0.55, 0.5, 0.9};

  @TempDir private Path folder;

  @Test
  void tagsArePythons() throws IOException {
    Path labels = Files.writeString(folder.resolve("labels.txt"), "一\n二\n三\n四\n五\n六\n");
    Path thresholds =
        Files.write(
            folder.resolve("thresholds.txt"),
            IntStream.range(0, 6).mapToObj(i -> String.valueOf(THRESHOLDS[i])).toList());
    Path out = folder.resolve("tags.pt");
    Kit.python(
        "models/export.py timm --arch test_resnet --random --activation sigmoid --labels %s --thresholds %s --out %s"
            .formatted(labels, thresholds, out)
            .split(" "));

    SelfTest test = Bundle.describe(out).selfTest().orElseThrow();
    try (Recognizer recognizer = Recognizer.load(out)) {
      assertThat(recognizer.verify().passed()).isTrue();
      for (int i = 0; i < test.pictures().size(); i++) {
        float[] logits = test.logits().get(i);
        List<Integer> expected =
            IntStream.range(0, logits.length)
                .filter(c -> 1 / (1 + Math.exp(-logits[c])) >= THRESHOLDS[c])
                .boxed()
                .toList();
        assertThat(recognizer.answer(Picture.of(test.pictures().get(i))).tags())
            .extracting(Recognition::index)
            .containsExactlyInAnyOrderElementsOf(expected);
      }
    }
  }

  /** A downloaded folder says itself that its classes don't exclude each other. */
  @Test
  void tagsOfAConvertedFolderAreTransformers() throws IOException {
    Kit.python("models/tests/tag_reference.py", folder.toString());
    Path out = folder.resolve("converted.pt");
    Conversion.of(folder.resolve("model")).write(out);

    double[][] confidences =
        new JsonMapper().readValue(folder.resolve("confidences.json").toFile(), double[][].class);
    int tags = 0;
    try (Recognizer recognizer = Recognizer.load(out)) {
      assertThat(recognizer.verify().passed()).isTrue();
      for (int i = 0; i < confidences.length; i++) {
        double[] expected = confidences[i];
        Answer.Recognized answer = recognizer.answer(Picture.of(folder.resolve(i + ".png")));
        List<Integer> reaching =
            IntStream.range(0, expected.length).filter(c -> expected[c] >= 0.5).boxed().toList();
        assertThat(answer.tags())
            .extracting(Recognition::index)
            .containsExactlyInAnyOrderElementsOf(reaching);
        for (Recognition tag : answer.tags()) {
          assertThat(tag.label()).isEqualTo("标签" + tag.index());
          // the pictures are resized by Pillow there, bit for bit here; sums in another order
          assertThat(tag.confidence()).isCloseTo(expected[tag.index()], within(1e-3));
          tags++;
        }
      }
    }
    assertThat(tags).isBetween(1, 6 * confidences.length - 1); // or the test would prove little
  }
}
