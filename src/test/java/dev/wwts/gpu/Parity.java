package dev.wwts.gpu;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.Device;
import dev.wwts.Precision;
import dev.wwts.Recognition;
import dev.wwts.Recognizer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The card's answers against Python's on the kit's pictures. */
final class Parity {
  private static final int CLASSES = 1000;

  /** Best two probabilities at least this far apart: what counts as clear. */
  private static final double CLEAR = 0.02;

  private final Path kit;
  private final Device device;

  Parity(Path kit, Device device) {
    this.kit = kit;
    this.device = device;
  }

  boolean topOne(Path model, Precision precision, ObjectNode figures) throws IOException {
    FloatBuffer logits = logits();
    Set<String> skipped = skipped();
    int clear = 0;
    int agreeing = 0;
    double largest = 0;
    try (Recognizer recognizer =
        Recognizer.builder(model).device(device).precision(precision).lanes(1).load()) {
      figures.put("ran in", recognizer.model().precision().toString());
      for (String file : Files.readAllLines(kit.resolve("golden/files.txt"))) {
        double[] expected = softmax(logits);
        if (skipped.contains(file)) {
          continue;
        }
        Recognition best = recognizer.recognize(kit.resolve(file)).get(0);
        int reference = best(expected, -1);
        int second = best(expected, reference);
        largest = Math.max(largest, Math.abs(best.confidence() - expected[best.index()]));
        if (expected[reference] - expected[second] >= CLEAR) {
          clear++;
          agreeing += best.index() == reference ? 1 : 0;
        }
      }
      figures.put("clear pictures", clear).put("same top-1", agreeing);
      figures.put("largest difference of the best probability", largest);
      return clear > 50 && agreeing == clear && recognizer.model().precision() == precision;
    }
  }

  private FloatBuffer logits() throws IOException {
    ByteBuffer bytes =
        ByteBuffer.wrap(Files.readAllBytes(kit.resolve("golden/logits.npy")))
            .order(ByteOrder.LITTLE_ENDIAN);
    int header = 10 + Short.toUnsignedInt(bytes.getShort(8));
    return bytes.position(header).slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
  }

  /** Those of which hard.csv says that no comparison is fair. */
  private Set<String> skipped() throws IOException {
    Set<String> skipped = new HashSet<>();
    List<String> lines = Files.readAllLines(kit.resolve("photos/hard/hard.csv"));
    for (String line : lines) {
      String[] fields = line.split(",", 3);
      if (fields[1].equals("no")) {
        skipped.add("photos/hard/" + fields[0]);
      }
    }
    return skipped;
  }

  private static double[] softmax(FloatBuffer logits) {
    double[] values = new double[CLASSES];
    double largest = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < CLASSES; c++) {
      values[c] = logits.get();
      largest = Math.max(largest, values[c]);
    }
    double total = 0;
    for (int c = 0; c < CLASSES; c++) {
      values[c] = Math.exp(values[c] - largest);
      total += values[c];
    }
    for (int c = 0; c < CLASSES; c++) {
      values[c] /= total;
    }
    return values;
  }

  private static int best(double[] values, int except) {
    int best = except == 0 ? 1 : 0;
    for (int c = 0; c < values.length; c++) {
      best = c != except && values[c] > values[best] ? c : best;
    }
    return best;
  }
}
