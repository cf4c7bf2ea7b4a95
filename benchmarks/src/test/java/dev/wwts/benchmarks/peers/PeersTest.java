package dev.wwts.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.benchmarks.models.BenchmarkModels;
import dev.wwts.benchmarks.models.BenchmarkPictures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * All peers answer the same: one process each, as their LibTorchs can't share one. The picture has
 * the size that the model wants, so that nobody resizes it. -Dwwts.models=small,base,large tests
 * more than the small one.
 */
class PeersTest {
  private static final String ANSWER = "answer ";

  @Test
  void allGiveTheSameBestClass() throws Exception {
    for (String model : System.getProperty("wwts.models", "small").split(",", -1)) {
      BenchmarkModels.of(model);
      String expected = answer("wwts", model, "fp32");
      assertThat(expected).startsWith(ANSWER);
      for (String peer : List.of("presets", "djl", "onnxruntime")) {
        assertThat(answer(peer, model, "fp32")).as(peer + " " + model).isEqualTo(expected);
      }
    }
  }

  private static String answer(String peer, String model, String precision)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=error");
    command.add("-Dorg.slf4j.simpleLogger.log.org.bytedeco=error");
    command.addAll(List.of(PeersTest.class.getName(), peer, model, precision));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    // by the environment, as ONNX Runtime can't bear a long command line
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    builder.environment().put("CLASSPATH", classPath);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(peer).isZero();
    return output.lines().filter(line -> line.startsWith(ANSWER)).findFirst().orElse("");
  }

  /** Prints the best class for PEER MODEL PRECISION. */
  public static void main(String[] arguments) {
    Path model = BenchmarkModels.of(arguments[1]);
    try (Peer peer = Peer.open(arguments[0], model, 1, arguments[2])) {
      System.out.println(ANSWER + peer.recognize(BenchmarkPictures.of("256x256"))[0]);
    }
  }
}
