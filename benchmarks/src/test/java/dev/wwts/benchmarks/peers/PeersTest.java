package dev.wwts.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wwts.Precision;
import dev.wwts.Recognition;
import dev.wwts.Recognizer;
import dev.wwts.benchmarks.Seat;
import dev.wwts.benchmarks.models.BenchmarkModels;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.model.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * All peers answer the same: one process each, as their LibTorchs can't share one. The pictures have
 * the size that the model wants, so that nobody resizes them. -Dwwts.models=small,base,large tests
 * more than the small one.
 */
class PeersTest {
  private static final int PLACES = 5;

  /** Seconds of a call, a start included. */
  private static final int PATIENCE = 600;

  /** Of logits: different kernels' roundings, below 0.001 on the models here, and a margin. */
  private static final double NEAR_TIE = 0.01;

  /** What {@code wwts verify} allows a probability to differ by in less than 32 bits. */
  private static final double HALF_TOLERANCE = 0.05;

  @TempDir Path folder;

  @Test
  void allGiveTheSameBestFive() throws Exception {
    for (String model : models()) {
      List<Path> pictures = TestPictures.write(folder, side(model));
      List<Map<Integer, Double>> reference = probabilities(model, Precision.FP32, pictures);
      assertThat(reference.stream().map(PeersTest::best).distinct().count())
          .as("different best classes of " + model)
          .isGreaterThanOrEqualTo(2);
      for (String peer : List.of("wwts", "presets", "djl", "onnxruntime")) {
        List<String> arguments = new ArrayList<>(List.of(peer, model, "1", "fp32"));
        pictures.forEach(picture -> arguments.add(picture.toString()));
        same(peer, model, reference, Seat.java(List.of(), TurnTaker.class, arguments));
      }
    }
  }

  @Test
  void pythonGivesTheSameBestFive() throws Exception {
    String python = System.getenv("WWTS_PYTHON");
    assumeTrue(python != null, "Python is not compared: set WWTS_PYTHON.");
    for (String model : models()) {
      List<Path> pictures = TestPictures.write(folder, side(model));
      List<String> command =
          new ArrayList<>(List.of(python, "benchmarks/python/reference.py"));
      command.add(BenchmarkModels.of(model).toString());
      pictures.forEach(picture -> command.add(picture.toString()));
      command.addAll(List.of("--calls", "1", "--turns"));
      same("python", model, probabilities(model, Precision.FP32, pictures), command);
    }
  }

  @Test
  void bfloat16IsAsNearAsItsToleranceSays() throws IOException {
    Path processor = Path.of("/proc/cpuinfo");
    assumeTrue(
        Files.exists(processor) && Files.readString(processor).matches("(?s).*(avx512|amx)_bf16.*"),
        "bf16 is not compared: this processor does not multiply it itself.");
    for (String model : models()) {
      List<Path> pictures = TestPictures.write(folder, side(model));
      List<Map<Integer, Double>> exact = probabilities(model, Precision.FP32, pictures);
      List<Map<Integer, Double>> half = probabilities(model, Precision.BF16, pictures);
      for (int i = 0; i < exact.size(); i++) {
        for (Map.Entry<Integer, Double> each : exact.get(i).entrySet()) {
          assertThat(Math.abs(Objects.requireNonNull(half.get(i).get(each.getKey())) - each.getValue()))
              .as("%s, picture %d, class %d", model, i, each.getKey())
              .isLessThanOrEqualTo(HALF_TOLERANCE);
        }
      }
    }
  }

  private static List<String> models() {
    return List.of(System.getProperty("wwts.models", "small").split(",", -1));
  }

  /** Of a square picture that the model's resize leaves alone. */
  private static int side(String model) {
    Recipe recipe = Bundle.describe(BenchmarkModels.of(model)).manifest().input();
    return IntStream.range(recipe.height(), 2 * recipe.height())
        .filter(side -> recipe.geometry(side, side).resizedWidth() == side)
        .findFirst()
        .orElseThrow();
  }

  /** Of all classes, by their indices. */
  private static List<Map<Integer, Double>> probabilities(
      String model, Precision precision, List<Path> pictures) {
    Path file = BenchmarkModels.of(model);
    int classes = Bundle.describe(file).labels().size();
    try (Recognizer recognizer =
        Recognizer.builder(file)
            .device(dev.wwts.Device.CPU)
            .precision(precision)
            .threshold(0)
            .topK(classes)
            .load()) {
      return pictures.stream()
          .map(
              picture ->
                  recognizer.recognize(picture).stream()
                      .collect(Collectors.toMap(Recognition::index, Recognition::confidence)))
          .toList();
    }
  }

  private static int best(Map<Integer, Double> probabilities) {
    return probabilities.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .orElseThrow()
        .getKey();
  }

  /** The class at each place is the reference's, or as probable but for rounding. */
  private static void same(
      String peer, String model, List<Map<Integer, Double>> reference, List<String> command)
      throws IOException {
    try (Seat seat = new Seat(peer + " " + model, command, PATIENCE)) {
      for (int i = 0; i < reference.size(); i++) {
        JsonNode answer = seat.ask("").get("indices");
        List<Integer> places = answer.valueStream().map(JsonNode::asInt).toList();
        assertThat(places).as(peer).hasSize(PLACES).doesNotHaveDuplicates();
        List<Double> sorted =
            reference.get(i).values().stream().sorted((a, b) -> Double.compare(b, a)).toList();
        for (int place = 0; place < PLACES; place++) {
          double given = Objects.requireNonNull(reference.get(i).get(places.get(place)));
          assertThat(Math.abs(Math.log(given) - Math.log(sorted.get(place))))
              .as("%s %s, picture %d, place %d", peer, model, i, place)
              .isLessThanOrEqualTo(NEAR_TIE);
        }
      }
    }
  }
}
