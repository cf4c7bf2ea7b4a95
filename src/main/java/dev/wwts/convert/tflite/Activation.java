package dev.wwts.convert.tflite;

/** What a layer does to each of its values at its end. */
enum Activation {
  NONE(Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY),
  RELU(0, Float.POSITIVE_INFINITY),
  RELU6(0, 6);

  private final float least;
  private final float most;

  Activation(float least, float most) {
    this.least = least;
    this.most = most;
  }

  float of(float value) {
    return Math.min(Math.max(value, least), most);
  }
}
