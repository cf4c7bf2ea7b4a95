package dev.wwts;

import java.util.List;

/**
 * A loaded model, for people and logs.
 *
 * @param name as in its manifest
 * @param family the exporter that made it
 * @param license as in its manifest, may be empty
 * @param trained false where its weights are random
 * @param width pixels the network sees
 * @param height pixels the network sees
 * @param labels the name of each class; none where it is to be given {@link Labels}
 * @param embedding numbers of its embeddings; 0 where it gives none
 * @param texts whether it has a text tower: {@link Recognizer#embed(String)}, {@link Labels}
 * @param threshold best confidence below it: not recognised; 0 where each class has its own
 * @param device where it runs
 * @param precision what it computes in
 * @param threads threads of one forward on a CPU
 */
public record ModelInfo(
    String name,
    String family,
    String license,
    boolean trained,
    int width,
    int height,
    List<String> labels,
    int embedding,
    boolean texts,
    double threshold,
    Device device,
    Precision precision,
    int threads) {
  /** Copies the list. */
  public ModelInfo {
    labels = List.copyOf(labels);
  }

  @Override
  public String toString() {
    return "%s (%s, %d x %d, %d classes) on %s in %s"
        .formatted(name, family, width, height, labels.size(), device, precision);
  }
}
