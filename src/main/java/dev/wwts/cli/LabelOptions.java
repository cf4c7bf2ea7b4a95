package dev.wwts.cli;

import dev.wwts.Labels;
import dev.wwts.internal.text.Printable;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Labels that a model is given when it is used, for those that know texts. */
final class LabelOptions {
  @Option(
      names = "--labels-file",
      paramLabel = "L.txt",
      description =
          "Choose among these labels, one a line, up to a tab; the model must know texts (chinese-clip).")
  private @Nullable Path file;

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      description =
          "The text for a label, {} stands for it; of several the embeddings are averaged (default: 一张{}的图片).")
  private List<String> prompts = new ArrayList<>();

  @Option(
      names = "--min-similarity",
      paramLabel = "X",
      description = "Leave out labels whose similarity to the picture is below it, -1 to 1.")
  private @Nullable Double minSimilarity;

  /** Those that are asked for; refuses at once what can't be. */
  Optional<Labels> labels() {
    if (file == null) {
      if (!prompts.isEmpty() || minSimilarity != null) {
        throw new IllegalArgumentException(
            "--prompt and --min-similarity are for labels that are given: say --labels-file.");
      }
      return Optional.empty();
    }
    Labels labels = Labels.of(read(file), prompts.toArray(String[]::new));
    return Optional.of(minSimilarity == null ? labels : labels.withMinSimilarity(minSimilarity));
  }

  /** As models/export.py reads them: UTF-8, LF or CRLF, an optional BOM. */
  private static List<String> read(Path file) {
    String text;
    try {
      text = Files.readString(file);
    } catch (CharacterCodingException e) {
      throw bad(file, "is not UTF-8");
    } catch (IOException e) {
      throw bad(file, "can't be read");
    }
    List<String> labels = new ArrayList<>();
    for (String line : text.replaceFirst("^\uFEFF", "").lines().toList()) {
      String label = line.split("\t", -1)[0];
      if (!Printable.isVisible(label) || !Printable.isPlain(label)) {
        throw bad(
            file,
            "has no label in line %d: one is wanted, without control characters"
                .formatted(labels.size() + 1));
      }
      labels.add(label);
    }
    return labels;
  }

  private static IllegalArgumentException bad(Path file, String fault) {
    return new IllegalArgumentException(FileNames.text(file) + " " + fault + ".");
  }
}
