package dev.wwts.internal.model;

import java.util.List;
import java.util.OptionalDouble;

/**
 * Pictures and what the reference pipeline answered to them.
 *
 * @param pictures encoded pictures
 * @param logits one row a picture, classes columns
 * @param embeddings one row a picture, of length 1; empty where the model gives none
 * @param reference the software that computed the logits
 * @param tolerance how far logits may differ, relative to the largest of the reference, where the
 *     exporter measured it; above 0
 */
public record SelfTest(
    List<byte[]> pictures,
    List<float[]> logits,
    List<float[]> embeddings,
    String reference,
    OptionalDouble tolerance) {
  /** Copies the lists. */
  public SelfTest {
    pictures = List.copyOf(pictures);
    logits = List.copyOf(logits);
    embeddings = List.copyOf(embeddings);
  }
}
