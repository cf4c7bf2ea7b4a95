package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Native memory does not grow: 20,000 recognitions in a process of its own, whose heap is touched
 * in full at the start, so that what grows is not Java's.
 */
class EnduranceTest {
  private static final int WARM = 1_000;
  private static final double MOST_GROWTH = 0.02;

  @TempDir private static Path folder;

  @Test
  void memoryStaysFlatOverTwentyThousandRecognitions() throws Exception {
    Growth growth = run(20_000, 0);

    System.out.println("20,000 recognitions: " + growth);
    assertThat(growth.share()).isLessThan(MOST_GROWTH);
  }

  @Test
  void aLeakOfFourKilobytesACallIsNoticed() throws Exception {
    Growth growth = run(9_000, 4096);

    System.out.println("the same with a leak of 4 KiB a call, 9,000 times: " + growth);
    assertThat(growth.share()).isGreaterThan(MOST_GROWTH);
  }

  private record Growth(long before, long after) {
    double share() {
      return (double) (after - before) / before;
    }

    @Override
    public String toString() {
      return "RSS %,d kB after %,d, %,d kB at the end (%+.2f %%)"
          .formatted(before, WARM, after, 100 * share());
    }
  }

  private static Growth run(int times, int leak) throws IOException, InterruptedException {
    List<Long> numbers =
        SteadyProcess.run(96, Main.class, ModelFiles.tiny(folder), times, leak).stream()
            .map(Long::valueOf)
            .toList();
    return new Growth(numbers.get(0), numbers.get(1));
  }

  /** The process: model, times, bytes to leak a call. */
  static final class Main {
    private Main() {}

    public static void main(String[] args) {
      int times = Integer.parseInt(args[1]);
      int leak = Integer.parseInt(args[2]);
      List<byte[]> pictures =
          List.of(
              TestPictures.jpeg(160, 120),
              TestPictures.jpeg(640, 480),
              TestPictures.png(33, 70, java.awt.Color.RED),
              TestPictures.jpeg(90, 200),
              new byte[] {1, 2, 3});
      try (Recognizer recognizer = Recognizer.load(Path.of(args[0]))) {
        for (int i = 0; i < times; i++) {
          if (i == WARM) {
            System.out.println(SteadyProcess.rss());
          }
          try {
            recognizer.recognize(pictures.get(i % pictures.size()));
          } catch (PictureException expected) {
            // every fifth is no picture: failing must not leak either
          }
          if (leak > 0) {
            Pointer.memset(Pointer.malloc(leak), 1, leak);
          }
        }
        System.out.println(SteadyProcess.rss());
      }
    }
  }
}
