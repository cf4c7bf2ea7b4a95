package dev.wwts.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.wwts.Precision;
import dev.wwts.Recognition;
import dev.wwts.Recognizer;
import dev.wwts.benchmarks.models.BenchmarkModels;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.model.Recipe;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
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
  private static final String ANSWER = "answer ";
  private static final int PLACES = 5;

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
        same(peer + " " + model, reference, answers(java(peer, model, pictures)));
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
      command.addAll(List.of("--calls", "1"));
      List<int[]> answers = new ArrayList<>();
      for (String line : output(new ProcessBuilder(command)).lines().toList()) {
        JsonNode indices = new ObjectMapper().readTree(line).get("indices");
        answers.add(IntStream.range(0, PLACES).map(i -> indices.get(i).asInt()).toArray());
      }
      same("python " + model, probabilities(model, Precision.FP32, pictures), answers);
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
                      .collect(
                          Collectors.toMap(
                              Recognition::index,
                              Recognition::confidence,
                              (a, b) -> a,
                              TreeMap::new)))
          .map(each -> (Map<Integer, Double>) each)
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
  private static void same(String who, List<Map<Integer, Double>> reference, List<int[]> answers) {
    assertThat(answers).as(who).hasSize(reference.size());
    for (int i = 0; i < answers.size(); i++) {
      List<Double> sorted =
          reference.get(i).values().stream().sorted((a, b) -> Double.compare(b, a)).toList();
      assertThat(answers.get(i)).as(who).hasSize(PLACES).doesNotHaveDuplicates();
      for (int place = 0; place < PLACES; place++) {
        double given = Objects.requireNonNull(reference.get(i).get(answers.get(i)[place]));
        assertThat(Math.abs(Math.log(given) - Math.log(sorted.get(place))))
            .as("%s, picture %d, place %d", who, i, place)
            .isLessThanOrEqualTo(NEAR_TIE);
      }
    }
  }

  private static List<int[]> answers(String output) {
    return output
        .lines()
        .filter(line -> line.startsWith(ANSWER))
        .map(line -> line.substring(ANSWER.length()).split(" ", -1))
        .map(words -> Arrays.stream(words).mapToInt(Integer::parseInt).toArray())
        .toList();
  }

  private static String java(String peer, String model, List<Path> pictures)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=error");
    command.add("-Dorg.slf4j.simpleLogger.log.org.bytedeco=error");
    command.addAll(List.of(PeersTest.class.getName(), peer, model));
    pictures.forEach(picture -> command.add(picture.toString()));
    ProcessBuilder builder = new ProcessBuilder(command);
    // by the environment, as ONNX Runtime can't bear a long command line
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    builder.environment().put("CLASSPATH", classPath);
    return output(builder);
  }

  private static String output(ProcessBuilder builder) throws IOException, InterruptedException {
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(String.join(" ", builder.command())).isZero();
    return output;
  }

  /** Prints the best classes for PEER MODEL PICTURE..., a line each picture. */
  public static void main(String[] arguments) throws IOException {
    try (Peer peer = Peer.open(arguments[0], BenchmarkModels.of(arguments[1]), 1, "fp32")) {
      for (String picture : List.of(arguments).subList(2, arguments.length)) {
        String classes =
            Arrays.stream(peer.recognize(Files.readAllBytes(Path.of(picture))))
                .mapToObj(String::valueOf)
                .collect(Collectors.joining(" "));
        System.out.println(ANSWER + classes);
      }
    }
  }
}
