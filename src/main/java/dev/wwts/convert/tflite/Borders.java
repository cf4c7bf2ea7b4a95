package dev.wwts.convert.tflite;

/** How many values a picture lacks on each side. */
record Borders(int left, int right, int top, int bottom) {
  /** What the windows of a step go beyond a picture. */
  static Borders of(Operation.Windowed step, TensorInfo picture) {
    int height = picture.size(1);
    int width = picture.size(2);
    return new Borders(
        step.columns().before(width),
        step.columns().after(width),
        step.rows().before(height),
        step.rows().after(height));
  }

  /** Whether they are the same on both sides, which is all that LibTorch's layers know. */
  boolean isEven() {
    return left == right && top == bottom;
  }

  /** A picture with zeros there, as TorchScript. */
  String zeros(String picture) {
    return isNone()
        ? picture
        : "torch.constant_pad_nd(%s, [%d, %d, %d, %d], 0.)"
            .formatted(picture, left, right, top, bottom);
  }

  /** With what is at its border, repeated. */
  String repeated(String picture) {
    return isNone()
        ? picture
        : "torch.replication_pad2d(%s, [%d, %d, %d, %d])"
            .formatted(picture, left, right, top, bottom);
  }

  private boolean isNone() {
    return left + right + top + bottom == 0;
  }
}
