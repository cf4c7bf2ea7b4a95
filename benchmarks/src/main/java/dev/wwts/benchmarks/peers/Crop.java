package dev.wwts.benchmarks.peers;

import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.pixels.Geometry;
import dev.wwts.internal.model.Recipe;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Decoding, resizing and normalising as careful Java code does it: OpenCV's imdecode and resize with
 * INTER_AREA into pictures that are kept, then one loop from bytes to floats in the network's own
 * buffer. Its pixels differ from Pillow's (up to 23 levels of 255).
 */
public final class Crop implements AutoCloseable {
  private static final int LEVELS = 256;

  private final Recipe recipe;
  private final Mat decoded = new Mat();
  private final Mat resized = new Mat();
  private final float[][] normalised = new float[3][LEVELS];
  private final byte[] row;
  private BytePointer encoded = new BytePointer(1 << 20);

  /** For a model's input; OpenCV may use so many threads. */
  public Crop(Path model, int threads) {
    this.recipe = Bundle.describe(model).manifest().input();
    this.row = new byte[3 * recipe.width()];
    for (int c = 0; c < 3; c++) {
      for (int level = 0; level < LEVELS; level++) {
        normalised[c][level] = (level / 255f - recipe.mean().get(c)) / recipe.std().get(c);
      }
    }
    opencv_core.setNumThreads(threads);
  }

  long[] shape() {
    return new long[] {1, 3, recipe.height(), recipe.width()};
  }

  /** A direct buffer of that shape. */
  public FloatBuffer newBuffer() {
    return ByteBuffer.allocateDirect(Float.BYTES * 3 * recipe.height() * recipe.width())
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  /** Writes 3 x H x W, planes of normalised values, from the buffer's start. */
  public void write(byte[] picture, FloatBuffer out) {
    if (encoded.capacity() < picture.length) {
      encoded.close();
      encoded = new BytePointer(2L * picture.length);
    }
    encoded.position(0).put(picture, 0, picture.length);
    try (Mat file = new Mat(1, picture.length, opencv_core.CV_8UC1, encoded)) {
      opencv_imgcodecs.imdecode(file, opencv_imgcodecs.IMREAD_COLOR_RGB, decoded);
    }
    Geometry g = recipe.geometry(decoded.cols(), decoded.rows());
    try (Size size = new Size((int) g.resizedWidth(), (int) g.resizedHeight())) {
      opencv_imgproc.resize(decoded, resized, size, 0, 0, opencv_imgproc.INTER_AREA);
    }
    normalise(g, out);
  }

  private void normalise(Geometry g, FloatBuffer out) {
    int plane = recipe.width() * recipe.height();
    long stride = resized.step();
    try (BytePointer pixels = resized.data()) {
      for (int y = 0; y < g.height(); y++) {
        pixels.position((g.top() + y) * stride + 3 * g.left()).get(row);
        int at = y * g.width();
        for (int x = 0; x < g.width(); x++) {
          out.put(at + x, normalised[0][row[3 * x] & 0xff]);
          out.put(plane + at + x, normalised[1][row[3 * x + 1] & 0xff]);
          out.put(2 * plane + at + x, normalised[2][row[3 * x + 2] & 0xff]);
        }
      }
    }
    out.position(0).limit(3 * plane);
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
    decoded.close();
    resized.close();
    encoded.close();
  }
}
