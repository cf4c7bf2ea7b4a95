package dev.wwts.benchmarks;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.wwts.benchmarks.models.BenchmarkModels;
import dev.wwts.internal.model.Sha256;
import dev.wwts.report.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The facts of a run's environment, asked for by a process of their own: asking a card makes a CUDA
 * context, some hundred MB of the card's memory, which must not lie beside what is measured.
 *
 * @param facts as in {@link Environment#facts}, and the models' networks
 * @param warnings a sentence each
 */
public record Surroundings(Map<String, Object> facts, List<String> warnings) {
  /** Looks around, prints it all and returns it. */
  public static Surroundings of(List<String> models) throws IOException {
    Path file = Files.createTempFile("wwts-environment", ".json");
    try {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.add("-Dorg.slf4j.simpleLogger.log.org.bytedeco=error");
      command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
      command.add(Surroundings.class.getName());
      command.add(file.toString());
      models.forEach(model -> command.add(BenchmarkModels.of(model).toString()));
      ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
      builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
      if (builder.start().waitFor() != 0) {
        throw new IllegalStateException("The environment can't be looked at: see above.");
      }
      return read(file, models);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted.", e);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private static Surroundings read(Path file, List<String> models) throws IOException {
    ObjectMapper json = new ObjectMapper();
    Map<String, Object> facts = json.readValue(file.toFile(), new TypeReference<>() {});
    List<String> warnings = new ArrayList<>();
    if (facts.remove("warnings") instanceof List<?> list) {
      list.forEach(each -> warnings.add(each.toString()));
    }
    // those of the asking process say nothing
    facts.put("jvmOptions", JmhStep.JVM_OPTIONS);
    Map<String, Object> networks = new LinkedHashMap<>();
    Map<String, String> onnx = new LinkedHashMap<>();
    for (String model : models) {
      BenchmarkModels.facts(model).ifPresent(it -> networks.put(model, it));
      BenchmarkModels.onnx(model).ifPresent(it -> onnx.put(it.toString(), Sha256.of(it)));
    }
    facts.put("onnxModels", onnx);
    facts.put("networks", networks);
    return new Surroundings(facts, warnings);
  }

  boolean hasCard() {
    return facts.get("gpu") instanceof Map<?, ?> gpu && !gpu.isEmpty();
  }

  /** Writes the facts into the file that the first argument names; the others are models. */
  public static void main(String[] arguments) {
    Environment environment =
        Environment.of(
            Arrays.stream(arguments).skip(1).map(Path::of).toList());
    environment.print(System.out);
    environment.write(Path.of(arguments[0]));
  }
}
