package dev.wwts;

/**
 * One class that a picture was recognised as.
 *
 * @param index the class, from 0
 * @param label its name, as in the model's labels
 * @param confidence 0 to 1 for models with softmax or sigmoid, the raw value for those without an
 *     activation
 * @param root the category that it belongs to; empty where the model tells none
 */
public record Recognition(int index, String label, double confidence, String root) {
  /** One of no category. */
  public Recognition(int index, String label, double confidence) {
    this(index, label, confidence, "");
  }
}
