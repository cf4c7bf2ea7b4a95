package dev.wwts.internal.model;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Pictures and what the reference pipeline answered to them.
 *
 * @param pictures encoded pictures
 * @param logits one row a picture, classes columns
 * @param embeddings one row a picture, of length 1; empty where the model gives none
 * @param texts what it asks the text tower, where there is one
 * @param reference the software that computed the logits
 * @param tolerance how far logits may differ, relative to the largest of the reference, where the
 *     exporter measured it; above 0
 */
public record SelfTest(
    List<byte[]> pictures,
    List<float[]> logits,
    List<float[]> embeddings,
    Optional<Texts> texts,
    String reference,
    OptionalDouble tolerance) {
  /** Copies the lists. */
  public SelfTest {
    pictures = List.copyOf(pictures);
    logits = List.copyOf(logits);
    embeddings = List.copyOf(embeddings);
  }

  /**
   * Texts and what the reference made of them.
   *
   * @param texts the texts
   * @param embeddings one row a text, of length 1
   * @param scores one row a picture, its product with each text
   */
  public record Texts(List<String> texts, List<float[]> embeddings, List<float[]> scores) {
    /** Copies the lists. */
    public Texts {
      texts = List.copyOf(texts);
      embeddings = List.copyOf(embeddings);
      scores = List.copyOf(scores);
    }
  }
}
