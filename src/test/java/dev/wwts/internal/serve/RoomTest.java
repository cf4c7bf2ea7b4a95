package dev.wwts.internal.serve;

import static dev.wwts.internal.serve.FakeService.SETTINGS;
import static dev.wwts.internal.serve.FakeService.index;
import static dev.wwts.internal.serve.FakeService.picture;
import static dev.wwts.internal.serve.FakeService.pictures;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.Answer;
import dev.wwts.OutOfDeviceMemoryException;
import dev.wwts.Picture;
import dev.wwts.TestPictures;
import dev.wwts.internal.image.DecodedPicture;
import dev.wwts.internal.settings.Settings;
import java.awt.Color;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nobody who has room for pixels waits for what only somebody gives who waits for room. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RoomTest {
  private static final long SMALL = 1 << 20;

  /** Pixels of 4,100 x 4,096 and of 4,100 x 4,600: both large. */
  private static final long LARGE = 3L * 4_100 * 4_096;

  private static final long LARGER = 3L * 4_100 * 4_600;

  @TempDir private static Path folder;

  private final CountDownLatch onLane = new CountDownLatch(1);
  private final CountDownLatch mayGoOn = new CountDownLatch(1);
  private final AtomicBoolean isArmed = new AtomicBoolean();

  /** Stops once where a test has it stop. */
  private boolean stops() {
    if (!isArmed.getAndSet(false)) {
      return false;
    }
    onLane.countDown();
    await(mayGoOn);
    return true;
  }

  @Test
  void aLaneThatSplitsABatchWaitsForNoDecoder() throws Exception {
    needsAgain(
        new FakeEngine(
            () ->
                new FakeLane() {
                  @Override
                  public void forward(int n) {
                    if (stops()) {
                      throw new OutOfDeviceMemoryException(
                          "too large", 1, 0, new RuntimeException());
                    }
                  }
                }));
  }

  @Test
  void aLaneWhoseCardRefusesAPictureWaitsForNoDecoder() throws Exception {
    needsAgain(
        new FakeEngine(
            () ->
                new FakeLane() {
                  @Override
                  public boolean preprocess(int slot, DecodedPicture picture) {
                    if (slot == 0 || !isArmed.get()) {
                      return super.preprocess(slot, picture);
                    }
                    picture.close();
                    return !stops();
                  }
                }));
  }

  /** A lane needs a picture again while the only decoder waits for room of calls behind. */
  private void needsAgain(FakeEngine engine) throws Exception {
    Settings settings = SETTINGS.decoders(1).pixelsInFlight(3 * SMALL);
    Service service = FakeService.open(folder, engine, settings);
    List<CompletableFuture<Answer>> behind = new ArrayList<>();
    CountDownLatch isFull = new CountDownLatch(1);
    isArmed.set(true);
    CompletableFuture<List<Answer>> batch = async(service, pictures(2));
    await(onLane);
    // three have room; the decoder has come to the fourth when it asks for a fourth block
    engine.making =
        () -> {
          if (engine.memory.size() == 3) {
            isFull.countDown();
          }
        };
    for (int i = 3; i <= 7; i++) {
      behind.add(service.answerAsync(picture(i), 0));
    }
    await(isFull);
    mayGoOn.countDown();

    end(service, engine, batch, behind);
    assertThat(batch.join()).extracting(FakeService::index).containsExactly(1, 2);
    assertThat(behind).extracting(each -> index(each.join())).containsExactly(3, 4, 5, 6, 7);
  }

  @Test
  void aLargePictureDoesNotWaitForABatchThatWaitsForItsPlace() throws Exception {
    FakeEngine engine = new FakeEngine(FakeLane::new);
    Settings settings = SETTINGS.decoders(2).pixelsInFlight(LARGER);
    Service service = FakeService.open(folder, engine, settings);
    CountDownLatch batchBegan = new CountDownLatch(1);
    engine.reserving =
        bytes -> {
          if (bytes == LARGE) {
            stops();
          } else if (bytes == 3 * 9) {
            batchBegan.countDown();
          }
        };
    isArmed.set(true);
    List<CompletableFuture<Answer>> all = new ArrayList<>();
    all.add(service.answerAsync(gif(4_100, 4_096), 0));
    await(onLane);
    all.add(service.answerAsync(gif(4_100, 4_600), 0));
    CompletableFuture<List<Answer>> batch = async(service, List.of(picture(9), gif(4_100, 4_096)));
    await(batchBegan);
    // comes behind: the other decoder has seen all by now
    Picture last = Picture.of(Files.write(folder.resolve("a.png"), png(7)));
    assertThat(index(service.answer(last, 0))).isEqualTo(7);
    mayGoOn.countDown();

    end(service, engine, batch, all);
    assertThat(batch.join()).extracting(FakeService::index).containsExactly(9, 0);
    assertThat(all).extracting(each -> index(each.join())).containsExactly(0, 0);
  }

  @Test
  void callsOfAllKindsEndWhereRoomIsShort() throws Exception {
    FakeEngine engine =
        new FakeEngine(
            () ->
                new FakeLane() {
                  private int turns;

                  @Override
                  public boolean preprocess(int slot, DecodedPicture picture) {
                    if (++turns % 7 == 0) {
                      picture.close();
                      return false;
                    }
                    return super.preprocess(slot, picture);
                  }

                  @Override
                  public void forward(int n) {
                    if (n > 1 && ++turns % 5 == 0) {
                      throw new OutOfDeviceMemoryException(
                          "too large", 1, 0, new RuntimeException());
                    }
                  }
                });
    Settings settings = SETTINGS.lanes(2).decoders(3).queue(10_000).pixelsInFlight(2 * SMALL);
    Service service = FakeService.open(folder, engine, settings);
    List<CompletableFuture<List<Answer>>> batches = new ArrayList<>();
    List<CompletableFuture<Answer>> singles = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      batches.add(async(service, pictures(1 + i % 6)));
      singles.add(service.answerAsync(picture(1 + i % 90), 0));
    }
    CompletableFuture<List<Answer>> last = async(service, pictures(20));

    for (CompletableFuture<?> batch : batches) {
      batch.get(1, TimeUnit.MINUTES);
    }
    end(service, engine, last, singles);
    assertThat(last.join()).hasSize(20);
  }

  /** All end, and nothing is left. */
  private static void end(
      Service service,
      FakeEngine engine,
      CompletableFuture<List<Answer>> batch,
      List<CompletableFuture<Answer>> singles)
      throws Exception {
    try {
      batch.get(30, TimeUnit.SECONDS);
      for (CompletableFuture<Answer> single : singles) {
        single.get(30, TimeUnit.SECONDS);
      }
    } finally {
      // or closing would wait for them, and for the batch in vain
      singles.forEach(single -> single.cancel(false));
      if (batch.isDone()) {
        service.close();
      }
    }
    assertThat(engine.memory).isEmpty();
  }

  private static CompletableFuture<List<Answer>> async(Service service, List<Picture> pictures) {
    CompletableFuture<List<Answer>> answers = new CompletableFuture<>();
    Thread caller =
        new Thread(
            () -> {
              try {
                answers.complete(service.answers(pictures, 0));
              } catch (RuntimeException e) {
                answers.completeExceptionally(e);
              }
            });
    caller.setDaemon(true);
    caller.start();
    return answers;
  }

  private static byte[] png(int width) {
    return TestPictures.png(width, 1, Color.RED);
  }

  /** So many pixels in 35 bytes, of which one is painted. */
  private static Picture gif(int width, int height) {
    ByteBuffer gif = ByteBuffer.allocate(35).order(ByteOrder.LITTLE_ENDIAN);
    gif.put("GIF89a".getBytes(StandardCharsets.US_ASCII));
    gif.putShort((short) width).putShort((short) height);
    gif.put(new byte[] {(byte) 0x80, 0, 0, 1, 2, 3, 4, 5, 6});
    gif.put(new byte[] {',', 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, ';'});
    return Picture.of(gif.array());
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
