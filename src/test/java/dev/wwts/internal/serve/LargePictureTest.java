package dev.wwts.internal.serve;

import static dev.wwts.internal.serve.FakeService.SETTINGS;
import static dev.wwts.internal.serve.FakeService.index;
import static dev.wwts.internal.serve.FakeService.picture;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.Answer;
import dev.wwts.Picture;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Small pictures do not wait for large ones that came before them. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LargePictureTest {
  @TempDir private static Path folder;

  @Test
  void smallPicturesOvertakeLargeOnes() {
    FakeEngine engine = new FakeEngine(FakeLane::new);
    CountDownLatch smallOnesDone = new CountDownLatch(1);
    engine.reserving = bytes -> hold(bytes, smallOnesDone);
    Service service = FakeService.open(folder, engine, SETTINGS.lanes(1).decoders(2));
    try {
      List<CompletableFuture<Answer>> large = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        large.add(service.answerAsync(large(), 0));
      }
      for (int i = 1; i <= 3; i++) {
        assertThat(index(service.answerAsync(picture(i), 0).join())).isEqualTo(i);
      }
      assertThat(large).noneMatch(CompletableFuture::isDone);
      smallOnesDone.countDown();
      large.forEach(CompletableFuture::join);
    } finally {
      smallOnesDone.countDown();
      service.close();
    }
    assertThat(engine.memory).isEmpty();
  }

  /** No large picture's pixels have their place before. */
  private static void hold(long bytes, CountDownLatch until) {
    try {
      if (bytes > 1 << 20) {
        until.await();
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** 10,000 x 10,000 pixels in 35 bytes: 300 MB to fill, of which one pixel is painted. */
  private static Picture large() {
    ByteBuffer gif = ByteBuffer.allocate(35).order(ByteOrder.LITTLE_ENDIAN);
    gif.put("GIF89a".getBytes(StandardCharsets.US_ASCII));
    gif.putShort((short) 10_000).putShort((short) 10_000);
    gif.put(new byte[] {(byte) 0x80, 0, 0, 1, 2, 3, 4, 5, 6});
    gif.put(new byte[] {',', 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, ';'});
    return Picture.of(gif.array());
  }
}
