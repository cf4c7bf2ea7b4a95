package dev.wwts.benchmarks;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.wwts.benchmarks.models.BenchmarkModels;
import dev.wwts.benchmarks.models.BenchmarkPictures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * benchmarks/python/reference.py as one more rival.
 *
 * @param executable python3 or a path
 * @param versions of python, torch, torchvision, pillow and numpy
 */
record Python(String executable, Map<String, String> versions) {
  static final String COMPILED = "python-compiled";
  private static final String EAGER = "python-eager";
  private static final String SCRIPT = "benchmarks/python/reference.py";

  /** More than a process that is stopped at its end will make. */
  private static final String WITHOUT_END = "1000000";

  private static final int PATIENCE = 180;
  private static final int PATIENCE_TO_COMPILE = 900;

  /** WWTS_PYTHON, or python3; empty where it has not what the reference needs. */
  static Optional<Python> find() {
    String given = System.getenv("WWTS_PYTHON");
    String python = given == null || given.isEmpty() ? "python3" : given;
    try (Seat seat = new Seat(python, List.of(python, SCRIPT, "--versions"), PATIENCE)) {
      Map<String, String> versions =
          new ObjectMapper().convertValue(seat.ask(""), new TypeReference<>() {});
      return Optional.of(new Python(python, versions));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Whether a rival is run by it. */
  static boolean is(String peer) {
    return peer.startsWith("python");
  }

  /** Seconds that a call of a rival, or its start, may take. */
  static int patience(String peer) {
    return peer.equals(COMPILED) ? PATIENCE_TO_COMPILE : PATIENCE;
  }

  /** The command line of a process that makes a call for each line. */
  List<String> command(String peer, Step step) throws IOException {
    Path picture = Path.of("target/benchmark-models", step.param("picture") + ".jpg");
    Files.createDirectories(picture.getParent());
    Files.write(picture, BenchmarkPictures.of(step.param("picture")));
    String model = step.param("model");
    List<String> command = new ArrayList<>(List.of(executable, SCRIPT));
    command.addAll(List.of(BenchmarkModels.of(model).toString(), picture.toString(), "--turns"));
    command.addAll(List.of("--threads", step.param("threads"), "--calls", WITHOUT_END));
    if (peer.equals(COMPILED)) {
      command.add("--compile");
      command.add(BenchmarkModels.facts(model).orElseThrow().get("architecture").asText());
    } else if (peer.equals(EAGER)) {
      command.add("--eager");
    }
    return command;
  }

  String version() {
    return versions.get("python") + ", torch " + versions.get("torch");
  }
}
