package dev.wwts.benchmarks.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.indexer.UByteIndexer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/** Square pictures that have little in common, as PNG, whose pixels all decoders agree on. */
final class TestPictures {
  /** A value of 0 to 255 for a place, 0 to 1 each way, and a channel. */
  private interface Paint {
    int at(double x, double y, int channel);
  }

  private static final Random RANDOM = new Random(20261125);

  private static final List<Paint> PAINTS =
      List.of(
          (x, y, c) -> c == 0 ? 250 : 10,
          (x, y, c) -> (int) (255 * (c == 1 ? y : x)),
          (x, y, c) -> ((int) (16 * x) + (int) (16 * y)) % 2 == 0 ? 255 : 0,
          (x, y, c) -> RANDOM.nextInt(256),
          (x, y, c) -> Math.hypot(x - 0.5, y - 0.5) < 0.3 ? 80 * c : 235);

  private TestPictures() {}

  /** Writes them into a folder. */
  static List<Path> write(Path folder, int side) {
    List<Path> files = new ArrayList<>();
    try {
      for (Paint paint : PAINTS) {
        Path file = folder.resolve(files.size() + ".png");
        files.add(Files.write(file, png(paint, side)));
      }
      return files;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] png(Paint paint, int side) {
    try (Mat picture = new Mat(side, side, opencv_core.CV_8UC3);
        BytePointer encoded = new BytePointer();
        UByteIndexer pixels = picture.createIndexer()) {
      for (int y = 0; y < side; y++) {
        for (int x = 0; x < side; x++) {
          for (int c = 0; c < 3; c++) {
            pixels.put(y, x, c, paint.at((double) x / side, (double) y / side, c));
          }
        }
      }
      opencv_imgcodecs.imencode(".png", picture, encoded);
      byte[] bytes = new byte[(int) encoded.limit()];
      encoded.get(bytes);
      return bytes;
    }
  }
}
