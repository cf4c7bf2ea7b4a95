package dev.wwts.internal.head;

import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.model.Manifest;
import dev.wwts.internal.settings.Settings;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The answers that a model can give.
 *
 * @param classes what a picture shows, where the model has labels of its own
 * @param embedding what a picture is like, where the model tells
 */
public record Heads(Optional<ClassHead> classes, Optional<EmbeddingHead> embedding) {
  /** Those of a model's manifest, as they are wished. */
  public static Heads of(Bundle bundle, Settings settings) {
    Manifest manifest = bundle.manifest();
    return new Heads(
        bundle.labels().isEmpty() ? Optional.empty() : Optional.of(new ClassHead(bundle, settings)),
        manifest.embedding().map(it -> new EmbeddingHead(manifest.output().classes(), it)));
  }

  /**
   * What they read together, each once. All is read of every picture, so that calls of different
   * kinds may share a batch, and a card's graphs are captured once; an embedding is a few KB.
   */
  public List<Readout> readouts() {
    return Stream.<Optional<? extends Head<?>>>of(classes, embedding)
        .flatMap(Optional::stream)
        .<Readout>map(Head::readout)
        .toList();
  }
}
