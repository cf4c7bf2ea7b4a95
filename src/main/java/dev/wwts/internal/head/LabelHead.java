package dev.wwts.internal.head;

import dev.wwts.Answer;
import dev.wwts.Recognition;
import dev.wwts.Timings;
import dev.wwts.internal.model.Manifest.Activation;
import dev.wwts.internal.model.TextManifest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which of some texts a picture shows: the softmax of the products of its embedding and theirs, as
 * CLIP has it, or the sigmoid of each, as SigLIP has it; less what its thresholds leave out.
 */
public final class LabelHead implements Head<Answer.Recognized> {
  private final EmbeddingHead picture;
  private final Choice choice;
  private final List<String> labels;
  private final float[][] embeddings;

  /**
   * What is chosen of labels.
   *
   * @param text what makes a logit of a product, and a confidence of that
   * @param threshold a best confidence below it: not recognised
   * @param leastSimilarity labels whose product is below it are left out
   * @param topK at most so many
   * @param minConfidence and none below it
   */
  public record Choice(
      TextManifest text,
      double threshold,
      double leastSimilarity,
      int topK,
      double minConfidence) {}

  /**
   * Makes one.
   *
   * @param embeddings one of length 1 for each label
   */
  public LabelHead(
      EmbeddingHead picture, Choice choice, List<String> labels, List<float[]> embeddings) {
    this.picture = picture;
    this.choice = choice;
    this.labels = labels;
    this.embeddings = embeddings.toArray(float[][]::new);
  }

  @Override
  public Readout readout() {
    return picture.readout();
  }

  @Override
  public Answer.Recognized answer(Reading reading, Timings timings) {
    double[] similarities = similarities(EmbeddingHead.vector(reading));
    double[] confidences = isSigmoid() ? sigmoid(similarities) : softmax(similarities);
    List<Recognition> ranked =
        IntStream.range(0, labels.size())
            .boxed()
            .sorted(
                Comparator.comparingDouble((Integer it) -> -similarities[it])
                    .thenComparing(Comparator.naturalOrder()))
            .limit(hasTags() ? labels.size() : choice.topK)
            .map(it -> new Recognition(it, labels.get(it), confidences[it]))
            .toList();
    Recognition best = ranked.get(0);
    if (best.confidence() < choice.threshold) {
      return new Answer.Recognized(List.of(), best, List.of(), timings);
    }
    List<Recognition> shown =
        new ArrayList<>(ranked.subList(0, Math.min(choice.topK, ranked.size())));
    shown.removeIf(
        it ->
            similarities[it.index()] < choice.leastSimilarity
                || it.confidence() < choice.minConfidence);
    return new Answer.Recognized(shown, best, tags(ranked, similarities), timings);
  }

  private boolean isSigmoid() {
    return choice.text.activation() == Activation.SIGMOID;
  }

  /** Whether labels don't exclude each other, and have a threshold to reach. */
  private boolean hasTags() {
    return isSigmoid() && choice.threshold > 0;
  }

  /** All labels that reach it, however many. */
  private List<Recognition> tags(List<Recognition> ranked, double[] similarities) {
    return hasTags()
        ? ranked.stream()
            .filter(it -> it.confidence() >= choice.threshold)
            .filter(it -> similarities[it.index()] >= choice.leastSimilarity)
            .toList()
        : List.of();
  }

  private double[] similarities(float[] vector) {
    double[] similarities = new double[embeddings.length];
    for (int i = 0; i < embeddings.length; i++) {
      similarities[i] = product(vector, embeddings[i]);
    }
    return similarities;
  }

  /** The cosine of two vectors of length 1. */
  public static double product(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  private double[] sigmoid(double[] similarities) {
    return Arrays.stream(similarities)
        .map(it -> 1 / (1 + Math.exp(-choice.text.scale() * it - choice.text.bias())))
        .toArray();
  }

  private double[] softmax(double[] similarities) {
    double[] values = new double[similarities.length];
    double greatest = Double.NEGATIVE_INFINITY;
    for (double it : similarities) {
      greatest = Math.max(greatest, it);
    }
    double total = 0;
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.exp(choice.text.scale() * (similarities[i] - greatest));
      total += values[i];
    }
    for (int i = 0; i < values.length; i++) {
      values[i] /= total;
    }
    return values;
  }
}
