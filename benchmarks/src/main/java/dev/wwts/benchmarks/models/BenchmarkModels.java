package dev.wwts.benchmarks.models;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.wwts.internal.torch.FilledModels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * The models by their names: small (MobileNetV2), base (ViT-B/16), large (ResNeSt-101 with 54,092
 * classes), whose weights are random, default, or a .pt file. Paths are from the project's root.
 */
public final class BenchmarkModels {
  private static final Path SLIM = Path.of("benchmarks/models");
  private static final Path FILLED = Path.of("target/benchmark-models");

  private BenchmarkModels() {}

  /** The model file; a named one is made when it is first asked for. */
  public static Path of(String name) {
    if (name.equals("default")) {
      return Path.of("models/default.pt");
    }
    if (name.endsWith(".pt")) {
      return Path.of(name);
    }
    Path filled = FILLED.resolve(name + ".pt");
    Path weights = FILLED.resolve(name + ".weights");
    Path slim = SLIM.resolve(name + ".slim.pt");
    try {
      if (Files.exists(weights) && isNewer(filled, slim)) {
        return filled;
      }
      Files.createDirectories(FILLED);
      Path half = FILLED.resolve(name + ".part.pt");
      FilledModels.fill(slim, half);
      FilledModels.writeOnnxWeights(half, SLIM.resolve(name + ".onnx.tsv"), weights);
      Files.copy(
          SLIM.resolve(name + ".onnx"),
          FILLED.resolve(name + ".onnx"),
          StandardCopyOption.REPLACE_EXISTING);
      return Files.move(half, filled, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether a file was made from another as that one is now. */
  private static boolean isNewer(Path made, Path from) throws IOException {
    return Files.exists(made)
        && Files.getLastModifiedTime(made).compareTo(Files.getLastModifiedTime(from)) >= 0;
  }

  /** The same network for ONNX Runtime: X.onnx beside X.pt; empty where there is none. */
  public static Optional<Path> onnx(String name) {
    Path model = of(name);
    Path onnx = model.resolveSibling(model.getFileName().toString().replaceAll("\\.pt$", ".onnx"));
    return Files.exists(onnx) ? Optional.of(onnx) : Optional.empty();
  }

  /** What is known of a named model: network, operations of a picture, bytes of its weights. */
  public static Optional<JsonNode> facts(String name) {
    try {
      JsonNode facts = new ObjectMapper().readTree(SLIM.resolve("models.json").toFile()).get(name);
      return Optional.ofNullable(facts);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
