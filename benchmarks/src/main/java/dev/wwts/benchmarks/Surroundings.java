package dev.wwts.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.wwts.benchmarks.models.BenchmarkModels;
import dev.wwts.internal.model.Sha256;
import dev.wwts.report.Environment;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What lies around a run: the facts of its environment, and other runs. */
public final class Surroundings {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PATIENCE = 600;

  private Surroundings() {}

  /**
   * The facts and the models' networks, asked for by a process of their own: asking a card makes a
   * CUDA context, some hundred MB of the card's memory, which must not lie beside what is measured.
   */
  public static Environment of(List<String> models) throws IOException {
    Map<String, Object> networks = new LinkedHashMap<>();
    Map<String, String> onnx = new LinkedHashMap<>();
    for (String model : models) {
      System.out.println("model " + model + ": " + BenchmarkModels.of(model));
      BenchmarkModels.facts(model).ifPresent(it -> networks.put(model, it));
      BenchmarkModels.onnx(model).ifPresent(it -> onnx.put(it.toString(), Sha256.of(it)));
    }
    List<String> files = models.stream().map(it -> BenchmarkModels.of(it).toString()).toList();
    List<String> command = Seat.java(List.of(), Surroundings.class, files);
    try (Seat seat = new Seat("the environment", command, PATIENCE)) {
      Environment asked = JSON.treeToValue(seat.ask(""), Environment.class);
      asked.print(System.out);
      Map<String, Object> facts = new LinkedHashMap<>(asked.facts());
      // those of the asking process say nothing
      facts.put("jvmOptions", Seat.JVM_OPTIONS);
      facts.put("onnxModels", onnx);
      facts.put("networks", networks);
      return new Environment(facts, asked.warnings());
    }
  }

  /** Answers with the facts; arguments are model files. */
  public static void main(String[] arguments) throws IOException {
    System.out.println(
        JSON.writeValueAsString(
            Environment.of(Arrays.stream(arguments).map(Path::of).toList())));
  }

  /**
   * Takes JMH's own lock until it is closed or this process ends: two runs at once would spoil each
   * other's figures.
   *
   * @throws IllegalStateException if it is taken
   */
  public static FileChannel lock() throws IOException {
    Path file = Path.of(System.getProperty("java.io.tmpdir"), "jmh.lock");
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (channel.tryLock() == null) {
      channel.close();
      throw new IllegalStateException(
          "Another JMH run is under way (" + file + "): wait until it has ended.");
    }
    System.setProperty("jmh.ignoreLock", "true");
    return channel;
  }
}
