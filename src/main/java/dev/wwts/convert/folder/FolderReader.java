package dev.wwts.convert.folder;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.convert.weights.PartIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Finds what is in a folder, and who reads it. */
final class FolderReader {
  private static final String CONFIG = "config.json";

  /** Of transformers, timm and ModelScope, the safe ones first. */
  private static final List<String> WEIGHTS =
      List.of("model.safetensors", "pytorch_model.bin", "pytorch_model.pt");

  private static final List<String> ENDINGS = List.of(".safetensors", ".bin", ".pth", ".pt");

  private FolderReader() {}

  static FolderModel read(Path folderOrWeights) {
    boolean isFolder = Files.isDirectory(folderOrWeights);
    if (!isFolder && !Files.isRegularFile(folderOrWeights)) {
      throw new ModelException(
          Reason.UNREADABLE, folderOrWeights + " is neither a folder nor a file.");
    }
    return isFolder
        ? read(folderOrWeights, weights(folderOrWeights))
        : withWeights(folderOrWeights);
  }

  static FolderModel withWeights(Path weights) {
    Path folder = weights.getParent();
    return read(folder == null ? Path.of("") : folder, weights);
  }

  private static FolderModel read(Path folder, Path weights) {
    if (Files.isRegularFile(folder.resolve(GeneralRecognition.LABELS))) {
      return GeneralRecognition.read(folder, weights);
    }
    Path config = folder.resolve(CONFIG);
    if (!Files.isRegularFile(config)) {
      throw new ModelException(
          Reason.NOT_A_MODEL,
          "%s has no %s, which says what network the weights are of: fetch it too."
              .formatted(folder, CONFIG));
    }
    JsonNode json = Json.read(config);
    if (json.has("architecture")) {
      return new TimmFolder(config, json).read(weights);
    }
    return json.path("model_type").asText().equals(ChineseClipFolder.TYPE)
        ? new ChineseClipFolder(config, json).read(weights)
        : new HfFolder(config, json).read(weights);
  }

  private static Path weights(Path folder) {
    for (String name : WEIGHTS) {
      Path file = folder.resolve(name);
      if (Files.isRegularFile(file)) {
        return file;
      }
      Path index = folder.resolve(name + PartIndex.ENDING);
      if (Files.isRegularFile(index)) {
        return index;
      }
    }
    List<Path> others = others(folder);
    if (others.size() == 1) {
      return others.get(0);
    }
    throw new ModelException(
        Reason.NOT_A_MODEL,
        others.isEmpty()
            ? folder + " holds no weights: fetch model.safetensors or pytorch_model.bin too."
            : folder + " holds several files of weights: name one of them.");
  }

  private static List<Path> others(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> ENDINGS.stream().anyMatch(file.toString()::endsWith))
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new ModelException(Reason.UNREADABLE, folder + " can't be read.", e);
    }
  }
}
