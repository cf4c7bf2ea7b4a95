package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.internal.pixels.AlphaMode;
import dev.wwts.internal.pixels.NativeBuffer;
import dev.wwts.internal.pixels.PixelBuffer;
import dev.wwts.internal.pixels.Pixels;
import dev.wwts.internal.settings.Settings;
import dev.wwts.internal.torch.DeviceTimes;
import dev.wwts.internal.torch.Lane;
import dev.wwts.internal.torch.Ranking;
import dev.wwts.internal.torch.TestRankings;
import java.awt.Color;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Batches that do not fit a device's memory are halved until they do; the device is an imitation.
 */
class SplitBatchTest {
  private static final Settings SETTINGS =
      Settings.DEFAULT
          .device(Device.CPU)
          .precision(Precision.FP32)
          .threads(1)
          .lanes(1)
          .topK(1)
          .threshold(0);

  private final List<String> remarks = new ArrayList<>();

  @Test
  void aBatchThatDoesNotFitIsHalvedAndKeepsItsOrder() {
    SmallDevice device = new SmallDevice(3);
    try (Worker worker = worker(device)) {
      List<Answer> answers = worker.answers(pictures(7));

      assertThat(answers).extracting(SplitBatchTest::index).containsExactly(1, 2, 3, 4, 5, 6, 7);
      assertThat(device.forwards).containsExactly(3, 3, 1);
      assertThat(device.recoveries).isEqualTo(1);
    }
  }

  @Test
  void whatFittedIsRememberedAndTold() {
    SmallDevice device = new SmallDevice(3);
    try (Worker worker = worker(device)) {
      worker.answers(pictures(7));
      worker.answers(pictures(4));

      assertThat(device.forwards).containsExactly(3, 3, 1, 3, 1);
      assertThat(device.recoveries).isEqualTo(1);
      assertThat(remarks)
          .containsExactly(
              "A batch of 7 does not fit the device's memory: larger ones are answered 3 at a time.");
    }
  }

  @Test
  void aLargerPartIsTriedAgainAfterManySplitBatches() {
    SmallDevice device = new SmallDevice(1);
    try (Worker worker = worker(device)) {
      worker.answers(pictures(2));
      device.room = 2;
      for (int i = 0; i < 64; i++) {
        worker.answers(pictures(2));
      }

      assertThat(device.forwards).hasSize(2 + 2 * 63 + 1).endsWith(1, 2);
    }
  }

  @Test
  void picturesThatCanNotBeReadKeepTheirPlaces() {
    List<Picture> pictures = new ArrayList<>(pictures(4));
    pictures.set(1, Picture.of(new byte[] {1, 2, 3}));
    try (Worker worker = worker(new SmallDevice(2))) {
      List<Answer> answers = worker.answers(pictures);

      assertThat(answers.get(1)).isInstanceOf(Answer.Refused.class);
      assertThat(List.of(answers.get(0), answers.get(2), answers.get(3)))
          .extracting(SplitBatchTest::index)
          .containsExactly(1, 3, 4);
    }
  }

  @Test
  void onePictureThatDoesNotFitFailsAndTheNextCallWorks() {
    SmallDevice device = new SmallDevice(0);
    try (Worker worker = worker(device)) {
      Picture picture = pictures(1).get(0);
      assertThatThrownBy(() -> worker.answer(picture))
          .isInstanceOfSatisfying(
              OutOfDeviceMemoryException.class,
              e -> assertThat(e.requestedBytes()).isEqualTo(1 << 20));

      device.room = 1;
      assertThat(index(worker.answer(picture))).isEqualTo(1);
    }
  }

  @Test
  void aPictureThatLeavesNoMemoryForItsInputIsRefusedAlone() {
    SmallDevice device = new SmallDevice(3);
    device.fatal = 2;
    try (Worker worker = worker(device)) {
      List<Answer> answers = worker.answers(pictures(3));

      assertThat(((Answer.Refused) answers.get(1)).cause().reason())
          .isEqualTo(PictureException.Reason.TOO_LARGE);
      assertThat(index(answers.get(0))).isEqualTo(1);
      assertThat(index(answers.get(2))).isEqualTo(3);
    }
  }

  @Test
  void aDevicesOwnTimesAreReported() {
    try (Worker worker = worker(new SmallDevice(1))) {
      Timings timings = worker.answer(pictures(1).get(0)).timings();

      assertThat(timings.upload()).isEqualTo(1);
      assertThat(timings.preprocess()).isEqualTo(2);
      assertThat(timings.forward()).isEqualTo(3);
      assertThat(timings.rank()).isEqualTo(4);
      assertThat(timings.download()).isEqualTo(5);
      assertThat(timings.decode()).isPositive();
    }
  }

  private Worker worker(Lane lane) {
    List<String> labels = IntStream.range(0, 100).mapToObj(String::valueOf).toList();
    return new Worker(SETTINGS, labels, AlphaMode.DROP, () -> lane, remarks::add);
  }

  /** Pictures 1, 2, 3, ... pixels wide. */
  private static List<Picture> pictures(int n) {
    return IntStream.rangeClosed(1, n)
        .mapToObj(width -> Picture.of(TestPictures.png(width, 1, Color.RED)))
        .toList();
  }

  private static int index(Answer answer) {
    return ((Answer.Recognized) answer).best().index();
  }

  /** Has room for so many pictures, and answers with their widths. */
  private static final class SmallDevice implements Lane {
    private final NativeBuffer buffer = new NativeBuffer();
    private final List<Integer> widths = new ArrayList<>();
    private final List<Integer> forwards = new ArrayList<>();
    private int room;
    private int fatal;
    private int recoveries;

    SmallDevice(int room) {
      this.room = room;
    }

    @Override
    public PixelBuffer pixels() {
      return buffer;
    }

    @Override
    public void begin(int n) {
      widths.clear();
      if (n > room) {
        throw new OutOfDeviceMemoryException("too small", 1 << 20, 0, new RuntimeException());
      }
    }

    @Override
    public void preprocess(int slot, Pixels pixels) {
      if (pixels.width() == fatal) {
        throw new OutOfMemoryError("made by the test");
      }
      widths.add(pixels.width());
    }

    @Override
    public void forward(int n) {
      forwards.add(n);
    }

    @Override
    public Ranking rank(int k) {
      return TestRankings.of(widths);
    }

    @Override
    public float[][] logits() {
      throw new UnsupportedOperationException();
    }

    @Override
    public DeviceTimes times(int slot) {
      return new DeviceTimes(1, 2, 3, 4, 5);
    }

    @Override
    public void recover() {
      recoveries++;
    }

    @Override
    public void close() {
      buffer.close();
    }
  }
}
