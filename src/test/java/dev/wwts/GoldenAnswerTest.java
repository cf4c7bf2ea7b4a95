package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** From bytes to labels: the answers are those of Pillow, torchvision and PyTorch. */
class GoldenAnswerTest {
  private static final int CLASSES = 1000;
  private static final double CLEAR = 0.02;

  @Test
  void answersAsPythonDid() {
    compare(Kit.mobileNet());
  }

  @Test
  void aPulledModelAnswersAsPythonDid() {
    compare(Kit.pulled("photos"));
  }

  private static void compare(Path model) {
    Path kit = Kit.folder();
    FloatBuffer logits = Kit.array("golden/logits.npy").asFloatBuffer();
    Map<String, String> comparisons = Kit.comparisons();
    int compared = 0;
    double largest = 0;
    double largestHard = 0;
    try (Recognizer recognizer = Recognizer.builder(model).topK(CLASSES).load()) {
      for (String file : Kit.files()) {
        float[] row = new float[CLASSES];
        logits.get(row);
        if ("no".equals(comparisons.get(file))) {
          continue;
        }
        double[] expected = softmax(row);
        List<Recognition> answer = recognizer.recognize(kit.resolve(file));
        int best = best(expected, -1);
        if (expected[best] - expected[best(expected, best)] >= CLEAR) {
          assertThat(answer.get(0).index()).as(file).isEqualTo(best);
          compared++;
        }
        double difference = 0;
        for (Recognition result : answer) {
          difference =
              Math.max(difference, Math.abs(result.confidence() - expected[result.index()]));
        }
        if (file.startsWith("photos/hard/")) {
          largestHard = Math.max(largestHard, difference);
        } else {
          assertThat(difference).as(file).isLessThan(0.01);
          largest = Math.max(largest, difference);
        }
      }
    }
    System.out.printf(
        "top-1 equal on all %d clear pictures; largest probability difference %.4f on photos, %.4f on hard ones%n",
        compared, largest, largestHard);
    assertThat(compared).isEqualTo(69);
  }

  private static double[] softmax(float[] logits) {
    double[] values = new double[logits.length];
    double largest = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      largest = Math.max(largest, logit);
    }
    double total = 0;
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.exp(logits[i] - largest);
      total += values[i];
    }
    for (int i = 0; i < values.length; i++) {
      values[i] /= total;
    }
    return values;
  }

  private static int best(double[] values, int except) {
    int best = except == 0 ? 1 : 0;
    for (int i = 0; i < values.length; i++) {
      best = i != except && values[i] > values[best] ? i : best;
    }
    return best;
  }
}
