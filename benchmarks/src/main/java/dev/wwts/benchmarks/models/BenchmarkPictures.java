package dev.wwts.benchmarks.models;

import java.util.Random;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.indexer.UByteIndexer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * JPEGs that cost about what photos of their size cost: noise at all scales, coarse more than fine,
 * as in nature, from a fixed seed; quality 90.
 */
public final class BenchmarkPictures {
  private static final long SEED = 20261124;
  private static final int FINEST = 2;
  private static final int COARSEST = 512;

  private BenchmarkPictures() {}

  /** The encoded bytes: 640x480, 1080p, 12mp, or WIDTHxHEIGHT. */
  public static byte[] of(String size) {
    String[] sides =
        switch (size) {
          case "1080p" -> new String[] {"1920", "1080"};
          case "12mp" -> new String[] {"4000", "3000"};
          default -> size.split("x", 2);
        };
    return jpeg(Integer.parseInt(sides[0]), Integer.parseInt(sides[1]));
  }

  private static byte[] jpeg(int width, int height) {
    Random random = new Random(SEED);
    try (Mat sum = new Mat(height, width, opencv_core.CV_8UC3);
        BytePointer encoded = new BytePointer();
        IntPointer quality = new IntPointer(opencv_imgcodecs.IMWRITE_JPEG_QUALITY, 90)) {
      sum.put(org.bytedeco.opencv.global.opencv_core.RGB(128, 128, 128));
      for (int grain = COARSEST; grain >= FINEST; grain /= 2) {
        addNoise(sum, random, grain);
      }
      opencv_imgcodecs.imencode(".jpg", sum, encoded, quality);
      byte[] bytes = new byte[(int) encoded.limit()];
      encoded.get(bytes);
      return bytes;
    }
  }

  private static void addNoise(Mat sum, Random random, int grain) {
    int width = Math.max(2, sum.cols() / grain);
    int height = Math.max(2, sum.rows() / grain);
    try (Mat noise = new Mat(height, width, opencv_core.CV_8UC3);
        Mat large = new Mat();
        Size size = new Size(sum.cols(), sum.rows());
        UByteIndexer pixels = noise.createIndexer()) {
      byte[] row = new byte[3 * width];
      for (int y = 0; y < height; y++) {
        random.nextBytes(row);
        for (int i = 0; i < row.length; i++) {
          pixels.put(y, i / 3, i % 3, row[i] & 0xff);
        }
      }
      opencv_imgproc.resize(noise, large, size, 0, 0, opencv_imgproc.INTER_CUBIC);
      double share = 0.6 * Math.sqrt((double) grain / COARSEST);
      opencv_core.addWeighted(large, share, sum, 1 - share, 0, sum);
    }
  }
}
