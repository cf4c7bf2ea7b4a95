package dev.wwts.cli;

import dev.wwts.internal.model.Sha256;
import dev.wwts.pull.LabelList;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of commands that make a model of a hub's files. */
final class WeightsOptions {
  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description =
          "Names of the classes, UTF-8, one a line, up to a tab; if not given, the hub's own.")
  private @Nullable Path labels;

  @Option(
      names = "--sha256",
      paramLabel = "DIGITS",
      description =
          "Refuse weights that have another SHA-256; of weights in parts, that of what sha256sum prints of them.")
  private @Nullable String sha256;

  /** The names of the classes, read from their file. */
  Optional<List<String>> labels() {
    return Optional.ofNullable(labels).map(LabelList::read);
  }

  /** The digest that the weights must have. */
  Optional<String> sha256() {
    return Optional.ofNullable(sha256).map(Sha256::digits);
  }

  boolean areGiven() {
    return sha256 != null || labels != null;
  }
}
