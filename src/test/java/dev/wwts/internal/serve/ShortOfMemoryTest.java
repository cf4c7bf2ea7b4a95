package dev.wwts.internal.serve;

import static dev.wwts.internal.serve.FakeService.SETTINGS;
import static dev.wwts.internal.serve.FakeService.index;
import static dev.wwts.internal.serve.FakeService.picture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.Answer;
import dev.wwts.Picture;
import dev.wwts.TestPictures;
import java.awt.Color;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where memory for pictures is refused or all in use, calls end and threads go on. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ShortOfMemoryTest {
  private static final int WIDTH = 90;
  private static final int HEIGHT = 40_000;

  /** Made before a test's time begins: it takes a while on a busy machine. */
  private static final byte[] LARGE = TestPictures.png(WIDTH, HEIGHT, Color.RED);

  @TempDir private static Path folder;

  private final FakeEngine engine = new FakeEngine(FakeLane::new);

  @Test
  void aLaneThatGetsNoBlockFailsTheCallAndGoesOn() {
    Service service = FakeService.open(folder, engine, SETTINGS.decoders(1));
    // which the warm-up left, the first call takes
    engine.refusals.set(3);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> service.answer(picture(1), 0))
          .isInstanceOf(OutOfMemoryError.class)
          .hasMessageContaining("no block");
    }
    assertThat(index(service.answer(picture(7), 0))).isEqualTo(7);
    FakeService.close(service, engine);
  }

  @Test
  void aDecoderThatGetsNoBlockFailsTheCallAndGoesOn() throws Exception {
    Service service = FakeService.open(folder, engine, SETTINGS.decoders(1));
    Picture file = onDisk("small.png", TestPictures.png(9, 1, Color.RED));
    engine.refusals.set(3);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> service.answer(file, 0)).isInstanceOf(OutOfMemoryError.class);
    }
    assertThat(index(service.answer(file, 0))).isEqualTo(9);
    FakeService.close(service, engine);
  }

  @Test
  void aLaneDoesNotWaitForRoomThatWaitsForTheLane() throws Exception {
    long bytes = 3L * WIDTH * HEIGHT;
    Picture large = onDisk("large.png", LARGE);
    Service service = FakeService.open(folder, engine, SETTINGS.decoders(2).pixelsInFlight(bytes));
    CountDownLatch hasRoom = new CountDownLatch(1);
    CountDownLatch mayDecode = new CountDownLatch(1);
    engine.reserving =
        wanted -> {
          if (wanted == bytes) {
            hasRoom.countDown();
            await(mayDecode);
          }
        };

    CompletableFuture<Answer> first = service.answerAsync(large, 0);
    await(hasRoom);
    CompletableFuture<Answer> second = service.answerAsync(picture(5), 0);
    mayDecode.countDown();

    try {
      assertThat(index(first.get(30, TimeUnit.SECONDS))).isEqualTo(WIDTH);
      assertThat(index(second.get(30, TimeUnit.SECONDS))).isEqualTo(5);
    } finally {
      second.cancel(false);
      FakeService.close(service, engine);
    }
  }

  private static Picture onDisk(String name, byte[] bytes) throws Exception {
    return Picture.of(Files.write(folder.resolve(name), bytes));
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
