package dev.wwts.internal.gallery;

import java.util.Map;
import java.util.Random;

/** Embeddings for tests. */
final class Vectors {
  static final String SHA256 = "0123456789abcdef".repeat(4);

  private Vectors() {}

  static ModelKey model(int dimension) {
    return new ModelKey(SHA256, dimension);
  }

  /** A direction, each as likely as any other. */
  static float[] random(Random random, int dimension) {
    float[] vector = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return unit(vector);
  }

  /** One near another. */
  static float[] near(float[] other, double distance, Random random) {
    float[] vector = random(random, other.length);
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) (other[i] + distance * vector[i]);
    }
    return unit(vector);
  }

  static float[] unit(float[] vector) {
    double squares = 0;
    for (float value : vector) {
      squares += (double) value * value;
    }
    for (int i = 0; i < vector.length; i++) {
      vector[i] /= (float) Math.sqrt(squares);
    }
    return vector;
  }

  static NewExample example(String label, float[] embedding) {
    return new NewExample(label, embedding, Map.of());
  }
}
