package dev.wwts;

import java.util.List;

/**
 * What became of one picture of a batch.
 *
 * <pre>{@code
 * for (Answer answer : recognizer.answers(pictures)) {
 *   if (answer instanceof Answer.Recognized recognized) {
 *     System.out.println(recognized.best().label());
 *   } else if (answer instanceof Answer.Refused refused) {
 *     System.err.println(refused.cause().getMessage());
 *   }
 * }
 * }</pre>
 */
public sealed interface Answer {
  /**
   * The picture was looked at.
   *
   * @param results at most top-k classes, best first; empty where the best one is below its
   *     threshold, or no tag reaches its own: not recognised
   * @param best the best class, whatever its confidence
   * @param tags of a model whose classes don't exclude each other (sigmoid, with a threshold for
   *     each), all that reach their thresholds, best first; empty of others
   * @param timings what the stages took
   */
  record Recognized(
      List<Recognition> results, Recognition best, List<Recognition> tags, Timings timings)
      implements Answer {
    /** Copies the lists. */
    public Recognized {
      results = List.copyOf(results);
      tags = List.copyOf(tags);
    }
  }

  /** What a picture or a text is like: see {@link Recognizer#embed(Picture)}. */
  final class Embedded implements Answer {
    private final float[] vector;
    private final Timings timings;

    /** Takes the array over. */
    public Embedded(float[] vector, Timings timings) {
      this.vector = vector;
      this.timings = timings;
    }

    /** A copy of its embedding, of length 1. */
    public float[] vector() {
      return vector.clone();
    }

    /** What the stages took. */
    public Timings timings() {
      return timings;
    }
  }

  /**
   * The picture could not be read; the others of its batch are not affected.
   *
   * @param cause why
   */
  record Refused(PictureException cause) implements Answer {}
}
