package dev.wwts.internal.serve;

import static dev.wwts.internal.serve.FakeService.SETTINGS;
import static dev.wwts.internal.serve.FakeService.pictures;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.Answer;
import dev.wwts.OutOfDeviceMemoryException;
import dev.wwts.Picture;
import dev.wwts.PictureException;
import dev.wwts.Timings;
import dev.wwts.internal.image.DecodedPicture;
import dev.wwts.internal.remark.Remark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Batches that do not fit a device's memory are halved until they do; the device is an imitation.
 */
class SplitBatchTest {
  @TempDir private static Path folder;

  @Test
  void aBatchThatDoesNotFitIsHalvedAndKeepsItsOrder() {
    SmallDevice device = new SmallDevice(3);
    with(
        device,
        service -> {
          List<Answer> answers = service.answers(pictures(7), 0);

          assertThat(answers).extracting(FakeService::index).containsExactly(1, 2, 3, 4, 5, 6, 7);
          assertThat(device.forwards).containsExactly(3, 3, 1);
          assertThat(device.recoveries).isEqualTo(1);
        });
  }

  @Test
  void whatFittedIsRememberedAndTold() {
    SmallDevice device = new SmallDevice(3);
    with(
        device,
        service -> {
          service.answers(pictures(7), 0);
          service.answers(pictures(4), 0);

          assertThat(device.forwards).containsExactly(3, 3, 1, 3, 1);
          assertThat(device.recoveries).isEqualTo(1);
          assertThat(service.remarks()).containsExactly(new Remark.SplitBatch(7, 3));
        });
  }

  @Test
  void aLargerPartIsTriedAgainAfterManySplitBatches() {
    SmallDevice device = new SmallDevice(1);
    with(
        device,
        service -> {
          service.answers(pictures(2), 0);
          device.room = 2;
          for (int i = 0; i < 64; i++) {
            service.answers(pictures(2), 0);
          }

          assertThat(device.forwards).hasSize(2 + 2 * 63 + 1).endsWith(1, 2);
        });
  }

  @Test
  void picturesThatCanNotBeReadKeepTheirPlaces() {
    List<Picture> pictures = new ArrayList<>(pictures(4));
    pictures.set(1, Picture.of(new byte[] {1, 2, 3}));
    with(
        new SmallDevice(2),
        service -> {
          List<Answer> answers = service.answers(pictures, 0);

          assertThat(answers.get(1)).isInstanceOf(Answer.Refused.class);
          assertThat(List.of(answers.get(0), answers.get(2), answers.get(3)))
              .extracting(FakeService::index)
              .containsExactly(1, 3, 4);
        });
  }

  @Test
  void onePictureThatDoesNotFitFailsAndTheNextCallWorks() {
    SmallDevice device = new SmallDevice(0);
    with(
        device,
        service -> {
          Picture picture = pictures(1).get(0);
          assertThatThrownBy(() -> service.answer(picture, 0))
              .isInstanceOfSatisfying(
                  OutOfDeviceMemoryException.class,
                  e -> assertThat(e.requestedBytes()).isEqualTo(1 << 20));

          device.room = 1;
          assertThat(FakeService.index(service.answer(picture, 0))).isEqualTo(1);
        });
  }

  @Test
  void aPictureThatLeavesNoMemoryForItsInputIsRefusedAlone() {
    SmallDevice device = new SmallDevice(3);
    device.fatal = 2;
    with(
        device,
        service -> {
          List<Answer> answers = service.answers(pictures(3), 0);

          assertThat(((Answer.Refused) answers.get(1)).cause().reason())
              .isEqualTo(PictureException.Reason.TOO_LARGE);
          assertThat(FakeService.index(answers.get(0))).isEqualTo(1);
          assertThat(FakeService.index(answers.get(2))).isEqualTo(3);
        });
  }

  @Test
  void aDevicesOwnTimesAreReported() {
    with(
        new SmallDevice(1),
        service -> {
          Timings timings = service.answer(pictures(1).get(0), 0).timings();

          assertThat(timings.upload()).isEqualTo(1);
          assertThat(timings.preprocess()).isEqualTo(2);
          assertThat(timings.forward()).isEqualTo(3);
          assertThat(timings.rank()).isEqualTo(4);
          assertThat(timings.download()).isEqualTo(5);
          assertThat(timings.decode()).isPositive();
        });
  }

  private void with(SmallDevice device, Consumer<Service> use) {
    FakeEngine engine = new FakeEngine(() -> device);
    Service service = FakeService.open(folder, engine, SETTINGS);
    try {
      device.warm();
      use.accept(service);
    } finally {
      service.close();
    }
    assertThat(engine.memory).as("blocks that are not given back").isEmpty();
  }

  /** Has room for so many pictures, and answers with their widths. */
  private static final class SmallDevice extends FakeLane {
    private final List<Integer> forwards = new ArrayList<>();
    private final int wanted;
    private int room = 1;
    private int fatal;
    private int recoveries;

    SmallDevice(int room) {
      this.wanted = room;
    }

    /** The first picture, which warms up, has room. */
    void warm() {
      forwards.clear();
      room = wanted;
    }

    @Override
    public void begin(int n) {
      super.begin(n);
      if (n > room) {
        throw new OutOfDeviceMemoryException("too small", 1 << 20, 0, new RuntimeException());
      }
    }

    @Override
    public boolean preprocess(int slot, DecodedPicture picture) {
      if (picture.pixels().width() == fatal) {
        picture.close();
        throw new OutOfMemoryError("made by the test");
      }
      return super.preprocess(slot, picture);
    }

    @Override
    public void forward(int n) {
      forwards.add(n);
    }

    @Override
    public void recover() {
      recoveries++;
    }
  }
}
