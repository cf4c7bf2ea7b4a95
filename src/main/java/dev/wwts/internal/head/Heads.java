package dev.wwts.internal.head;

import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.model.Manifest;
import dev.wwts.internal.settings.Settings;
import java.util.List;
import java.util.Optional;

/**
 * The answers that a model can give.
 *
 * @param classes what a picture shows
 * @param embedding what a picture is like, where the model tells
 */
public record Heads(ClassHead classes, Optional<EmbeddingHead> embedding) {
  /** Those of a model's manifest, as they are wished. */
  public static Heads of(Bundle bundle, Settings settings) {
    Manifest manifest = bundle.manifest();
    return new Heads(
        new ClassHead(bundle, settings),
        manifest.embedding().map(it -> new EmbeddingHead(manifest.output().classes(), it)));
  }

  /**
   * What they read together, each once. All is read of every picture, so that calls of different
   * kinds may share a batch, and a card's graphs are captured once; an embedding is a few KB.
   */
  public List<Readout> readouts() {
    return embedding
        .<List<Readout>>map(head -> List.of(classes.readout(), head.readout()))
        .orElseGet(() -> List.of(classes.readout()));
  }
}
