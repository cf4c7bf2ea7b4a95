package dev.wwts.benchmarks.peers;

import dev.wwts.bundle.Bundle;
import dev.wwts.bundle.Geometry;
import dev.wwts.bundle.Recipe;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Decoding, resizing and normalising as most Java code does it: OpenCV's imdecode, resize with
 * INTER_AREA, a loop over the floats. Its pixels differ from Pillow's (up to 23 levels of 255).
 */
final class Crop implements AutoCloseable {
  private final Recipe recipe;
  private final Mat resized = new Mat();
  private final byte[] row;
  private final float[] planes;

  Crop(Path model, int threads) {
    this.recipe = Bundle.read(model).manifest().input();
    this.row = new byte[3 * recipe.width() * recipe.height()];
    this.planes = new float[row.length];
    opencv_core.setNumThreads(threads);
  }

  long[] shape() {
    return new long[] {1, 3, recipe.height(), recipe.width()};
  }

  /** Writes 3 x H x W, planes of normalised values, from the buffer's start. */
  void write(byte[] picture, FloatBuffer out) {
    try (BytePointer bytes = new BytePointer(picture);
        Mat encoded = new Mat(1, picture.length, opencv_core.CV_8UC1, bytes);
        Mat decoded =
            opencv_imgcodecs.imdecode(encoded, opencv_imgcodecs.IMREAD_COLOR_RGB)) {
      Geometry g = recipe.geometry(decoded.cols(), decoded.rows());
      try (Size size = new Size((int) g.resizedWidth(), (int) g.resizedHeight());
          Rect middle = new Rect((int) g.left(), (int) g.top(), g.width(), g.height())) {
        opencv_imgproc.resize(decoded, resized, size, 0, 0, opencv_imgproc.INTER_AREA);
        try (Mat crop = new Mat(resized, middle);
            Mat whole = crop.clone();
            BytePointer data = whole.data()) {
          data.get(row);
        }
      }
    }
    int plane = planes.length / 3;
    for (int c = 0; c < 3; c++) {
      float scale = 1 / (255 * recipe.std().get(c));
      float shift = recipe.mean().get(c) / recipe.std().get(c);
      for (int i = 0; i < plane; i++) {
        planes[c * plane + i] = (row[3 * i + c] & 0xff) * scale - shift;
      }
    }
    out.clear();
    out.put(planes).flip();
  }

  /** The best five of a row of logits: the softmax does not change their order. */
  static int[] best(float[] logits) {
    int[] best = new int[5];
    boolean[] taken = new boolean[logits.length];
    for (int rank = 0; rank < best.length; rank++) {
      int at = -1;
      for (int c = 0; c < logits.length; c++) {
        at = !taken[c] && (at < 0 || logits[c] > logits[at]) ? c : at;
      }
      best[rank] = at;
      taken[at] = true;
    }
    return best;
  }

  @Override
  public void close() {
    resized.close();
  }
}
