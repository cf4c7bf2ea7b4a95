package dev.wwts.cli;

import dev.wwts.Recognizer;
import dev.wwts.internal.model.Bundle;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of commands that work with a model's embeddings. */
final class EmbeddingOptions {
  @Option(
      names = "--model",
      paramLabel = "M.pt|NAME",
      description =
          "The model file, or a pulled model's name, exported with --embedding; models/default.pt if not given.")
  private @Nullable Path model;

  @Mixin private ModelOptions options = new ModelOptions();

  /** The model file that is meant. */
  Path file() {
    return options.model(model);
  }

  /** The model, loaded; the caller closes it. */
  Recognizer load() {
    return options.builder(file()).load();
  }

  /** The file as it was read; the caller closes it. */
  Bundle bundle() {
    return options.bundle(file());
  }
}
