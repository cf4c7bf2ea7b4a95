package dev.wwts;

import dev.wwts.internal.text.Printable;
import java.nio.file.Path;

/**
 * Which model a {@link ModelSlot} answers with.
 *
 * @param generation 1 for the model that the slot was opened with, one more for each that took its
 *     place
 * @param file what it was loaded from
 * @param sha256 of that file, 64 lower-case hexadecimal digits
 * @param model the loaded model
 */
public record ModelVersion(long generation, Path file, String sha256, ModelInfo model) {
  @Override
  public String toString() {
    return Printable.line(
        "Generation %d (%s, SHA-256 %s, from %s)".formatted(generation, model, sha256, file));
  }
}
