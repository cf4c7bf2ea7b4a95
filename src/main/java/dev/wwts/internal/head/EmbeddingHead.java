package dev.wwts.internal.head;

import dev.wwts.Answer;
import dev.wwts.Timings;
import dev.wwts.internal.model.Manifest.Activation;
import dev.wwts.internal.model.Manifest.Embedding;

/** What a picture is like: its embedding, whose length is made 1. */
public final class EmbeddingHead implements Head<Answer.Embedded> {
  /** As PyTorch's normalize has it: zeros stay zeros. */
  private static final double LEAST_NORM = 1e-12;

  private final Readout.Every readout;

  /** Makes one for what stands in the columns behind the classes. */
  EmbeddingHead(int classes, Embedding embedding) {
    this.readout = new Readout.Every(classes, embedding.length(), Activation.NONE);
  }

  @Override
  public Readout readout() {
    return readout;
  }

  @Override
  public Answer.Embedded answer(Reading reading, Timings timings) {
    return new Answer.Embedded(vector(reading), timings);
  }

  /** What was read of a picture, its length made 1. */
  static float[] vector(Reading reading) {
    float[] vector = new float[reading.size()];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = reading.value(i);
    }
    return ofLength1(vector);
  }

  /** Makes the length of a vector 1, in place. */
  public static float[] ofLength1(float[] vector) {
    double squares = 0;
    for (float value : vector) {
      squares += (double) value * value;
    }
    double norm = Math.max(Math.sqrt(squares), LEAST_NORM);
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) (vector[i] / norm);
    }
    return vector;
  }
}
