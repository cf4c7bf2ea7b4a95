package dev.wwts.gpu;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.Precision;
import dev.wwts.Recognition;
import dev.wwts.Recognizer;
import dev.wwts.internal.lane.LaneProbe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The card's answers against Python's on the kit's pictures. */
final class Parity {
  private static final int CLASSES = 1000;

  /** Best two probabilities at least this far apart: what counts as clear. */
  private static final double CLEAR = 0.02;

  /** Of the clear pictures: 8 bits of mantissa move a probability by more than 0.02 at times. */
  private static final double LEAST_OF_BF16 = 0.9;

  private final Path kit;
  private final Place place;

  Parity(Path kit, Place place) {
    this.kit = kit;
    this.place = place;
  }

  boolean topOne(Path model, Precision precision, ObjectNode figures) throws IOException {
    place.needsArithmetic();
    Map<Path, float[]> reference = reference();
    int clear = 0;
    int agreeing = 0;
    int ofClear = 0;
    double largest = 0;
    try (Recognizer recognizer =
        Recognizer.builder(model).device(place.device()).precision(precision).lanes(1).load()) {
      Precision ran = recognizer.model().precision();
      figures.put("ran in", ran.toString()).put("remarks", recognizer.remarks().toString());
      for (Map.Entry<Path, float[]> picture : reference.entrySet()) {
        double[] expected = softmax(picture.getValue());
        Recognition best = recognizer.recognize(picture.getKey()).get(0);
        int first = best(expected, -1);
        boolean same = best.index() == first;
        boolean isClear = expected[first] - expected[best(expected, first)] >= CLEAR;
        largest = Math.max(largest, Math.abs(best.confidence() - expected[best.index()]));
        agreeing += same ? 1 : 0;
        clear += isClear ? 1 : 0;
        ofClear += isClear && same ? 1 : 0;
      }
      figures.put("clear pictures", clear).put("same top-1 of them", ofClear);
      figures.put("comparable pictures", reference.size()).put("same top-1 of all", agreeing);
      figures.put("largest difference of the best probability", largest);
      double least = precision == Precision.BF16 ? LEAST_OF_BF16 : 1;
      differences(model, ran, reference, figures);
      return clear > 50 && ofClear >= least * clear && ran == precision;
    }
  }

  /** Of all classes of all comparable pictures. */
  private void differences(
      Path model, Precision precision, Map<Path, float[]> reference, ObjectNode figures)
      throws IOException {
    double[] largest = new double[2];
    LaneProbe.logits(
        model,
        place.device(),
        precision,
        List.copyOf(reference.keySet()),
        (picture, logits) -> {
          float[] expected = reference.get(picture);
          double[] probabilities = softmax(logits);
          double[] theirs = softmax(expected);
          for (int c = 0; c < CLASSES; c++) {
            largest[0] = Math.max(largest[0], Math.abs(logits[c] - expected[c]));
            largest[1] = Math.max(largest[1], Math.abs(probabilities[c] - theirs[c]));
          }
        });
    figures.put("largest difference of a logit", largest[0]);
    figures.put("largest difference of a probability", largest[1]);
  }

  /** Python's logits of the pictures that may be compared. */
  private Map<Path, float[]> reference() throws IOException {
    FloatBuffer logits = logits();
    Set<String> skipped = skipped();
    Map<Path, float[]> reference = new LinkedHashMap<>();
    for (String file : Files.readAllLines(kit.resolve("golden/files.txt"))) {
      float[] row = new float[CLASSES];
      logits.get(row);
      if (!skipped.contains(file)) {
        reference.put(kit.resolve(file), row);
      }
    }
    return reference;
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

  private static double[] softmax(float[] logits) {
    double largest = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      largest = Math.max(largest, logit);
    }
    double[] values = new double[logits.length];
    double total = 0;
    for (int c = 0; c < values.length; c++) {
      values[c] = Math.exp(logits[c] - largest);
      total += values[c];
    }
    for (int c = 0; c < values.length; c++) {
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
