package dev.wwts.internal.head;

import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.settings.Settings;
import java.util.List;

/**
 * The answers that a model can give.
 *
 * @param classes what a picture shows
 */
public record Heads(ClassHead classes) {
  /** Those of a model's manifest, as they are wished. */
  public static Heads of(Bundle bundle, Settings settings) {
    return new Heads(new ClassHead(bundle, settings));
  }

  /** What they read together, each once. */
  public List<Readout> readouts() {
    return List.of(classes.readout());
  }
}
