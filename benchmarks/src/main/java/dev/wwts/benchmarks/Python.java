package dev.wwts.benchmarks;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wwts.benchmarks.models.BenchmarkModels;
import dev.wwts.benchmarks.models.BenchmarkPictures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * benchmarks/python/reference.py as one more rival, its calls in the shape of JMH's results.
 *
 * @param executable python3 or a path
 * @param versions of python, torch, torchvision, pillow and numpy
 */
record Python(String executable, Map<String, String> versions) {
  static final String BENCHMARK = "python.reference.recognize";

  static final String COMPILED = "python-compiled";
  private static final String EAGER = "python-eager";

  /** The first calls of a process, which are not counted. */
  private static final int WARM_UP = 3;

  private static final int FEW = 6;
  private static final int MANY = 30;
  private static final int PATIENCE = 180;
  private static final int PATIENCE_TO_COMPILE = 900;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** WWTS_PYTHON, or python3; empty where it has not what the reference needs. */
  static Optional<Python> find() {
    String given = System.getenv("WWTS_PYTHON");
    String python = given == null || given.isEmpty() ? "python3" : given;
    try {
      String answer =
          Command.output(List.of(python, "benchmarks/python/reference.py", "--versions"), PATIENCE);
      return Optional.of(new Python(python, JSON.readValue(answer, new TypeReference<>() {})));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Calls of one process, those that are not counted with them. */
  static int calls(Map<String, String> params) {
    return WARM_UP + (List.of("small", "default").contains(params.get("model")) ? MANY : FEW);
  }

  /**
   * Runs a process and returns an entry as JMH's.
   *
   * @throws IOException if it fails; the message has its last words
   */
  ObjectNode run(Map<String, String> params) throws IOException {
    int calls = calls(params);
    List<Double> millis = new ArrayList<>();
    String output = Command.output(command(params, calls), patience(params));
    for (String line : output.lines().filter(each -> each.startsWith("{")).toList()) {
      millis.add(JSON.readTree(line).get("total").asDouble());
    }
    if (millis.size() != calls) {
      throw new IOException(
          "benchmarks/python/reference.py answered %d of %d calls.".formatted(millis.size(), calls));
    }
    return entry(params, millis.subList(WARM_UP, calls));
  }

  static int patience(Map<String, String> params) {
    return COMPILED.equals(params.get("peer")) ? PATIENCE_TO_COMPILE : PATIENCE;
  }

  /**
   * The command line of a process that calls.
   *
   * @param calls how often
   */
  List<String> command(Map<String, String> params, int calls) throws IOException {
    String model = Objects.requireNonNull(params.get("model"));
    String pictured = Objects.requireNonNull(params.get("picture"));
    Path picture = Path.of("target/benchmark-models", pictured + ".jpg");
    Files.createDirectories(picture.getParent());
    Files.write(picture, BenchmarkPictures.of(pictured));
    List<String> command =
        new ArrayList<>(
            List.of(
                executable,
                "benchmarks/python/reference.py",
                BenchmarkModels.of(model).toString(),
                picture.toString(),
                "--threads",
                params.get("threads"),
                "--calls",
                String.valueOf(calls)));
    if (COMPILED.equals(params.get("peer"))) {
      JsonNode facts = BenchmarkModels.facts(model).orElseThrow();
      command.addAll(List.of("--compile", facts.get("architecture").asText()));
    } else if (EAGER.equals(params.get("peer"))) {
      command.add("--eager");
    }
    return command;
  }

  private ObjectNode entry(Map<String, String> params, List<Double> millis) {
    return Entries.of(BENCHMARK, vm(), params, WARM_UP, millis);
  }

  Entries.Vm vm() {
    return new Entries.Vm("CPython", versions.get("python") + ", torch " + versions.get("torch"));
  }
}
