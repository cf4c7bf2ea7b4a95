package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Huge pictures, some of them in a few bytes, take hundreds of megabytes; after some ordinary ones
 * the process is as large as before. In a process of its own, whose heap is touched in full at the
 * start, so that what grows is not Java's.
 */
class HugePictureMemoryTest {
  private static final int ORDINARY = 40;

  /**
   * Of the process's memory before the first huge picture: what LibTorch and the C library keep.
   */
  private static final double MOST_GROWTH = 0.1;

  @TempDir private static Path folder;

  @Test
  void memoryOfHugePicturesIsGivenBack() throws IOException, InterruptedException {
    List<Long> rss =
        SteadyProcess.run(96, Main.class, ModelFiles.tiny(folder)).stream()
            .map(Long::valueOf)
            .toList();

    System.out.println("RSS in kB before, with huge pictures, after ordinary ones: " + rss);
    assertThat(rss.get(1)).as("the huge ones are huge").isGreaterThan(2 * rss.get(0));
    assertThat((double) (rss.get(2) - rss.get(0)) / rss.get(0)).isLessThan(MOST_GROWTH);
  }

  /** The process: a model with two lanes, both of which see all huge pictures at the same time. */
  static final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
      try (Recognizer recognizer = Recognizer.builder(Path.of(args[0])).lanes(2).load()) {
        ordinary(recognizer);
        System.out.println(SteadyProcess.rss());
        System.out.println(huge(recognizer));
        ordinary(recognizer);
        System.out.println(SteadyProcess.rss());
      }
    }

    private static void ordinary(Recognizer recognizer) {
      byte[] photo = TestPictures.jpeg(640, 480);
      for (int i = 0; i < ORDINARY; i++) {
        recognizer.recognize(photo);
      }
    }

    private static long huge(Recognizer recognizer) throws IOException, InterruptedException {
      Runnable all =
          () -> {
            for (byte[] picture : List.of(gif(), webp(), bmp())) {
              recognizer.recognize(picture);
            }
          };
      Thread other = new Thread(all);
      other.start();
      all.run();
      other.join();
      return SteadyProcess.rss();
    }

    /** 10,000 x 10,000 pixels, of which one is painted. */
    private static byte[] gif() {
      return ByteBuffer.allocate(35)
          .order(ByteOrder.LITTLE_ENDIAN)
          .put("GIF89a".getBytes(StandardCharsets.US_ASCII))
          .putShort((short) 10_000)
          .putShort((short) 10_000)
          .put(new byte[] {(byte) 0x80, 0, 0, 1, 2, 3, 4, 5, 6})
          .put(new byte[] {',', 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, ';'})
          .array();
    }

    /** 9,000 x 9,000 pixels of one colour with transparency: codes of no bits. */
    private static byte[] webp() {
      return Base64.getDecoder().decode("UklGRhoAAABXRUJQVlA4TA4AAAAvJ+PJGChPketRrQIAAA==");
    }

    /** 9,000 x 9,000 pixels, all of them skipped by runs. */
    private static byte[] bmp() {
      ByteBuffer bmp = ByteBuffer.allocate(54 + 8 + 4 * 40).order(ByteOrder.LITTLE_ENDIAN);
      bmp.put((byte) 'B').put((byte) 'M').putInt(bmp.capacity()).putInt(0).putInt(62);
      bmp.putInt(40).putInt(9_000).putInt(9_000).putShort((short) 1).putShort((short) 8).putInt(1);
      bmp.putInt(0).putInt(0).putInt(0).putInt(2).putInt(0).putLong(0x00FFFFFF_00000000L);
      while (bmp.hasRemaining()) {
        bmp.put(new byte[] {0, 2, (byte) 255, (byte) 255});
      }
      return bmp.array();
    }
  }
}
