package dev.wwts.internal.serve;

import static dev.wwts.internal.serve.FakeService.SETTINGS;
import static dev.wwts.internal.serve.FakeService.picture;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.Picture;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small pictures do not wait for large ones that came before them. */
class LargePictureTest {
  @TempDir private static Path folder;

  @Test
  void smallPicturesOvertakeLargeOnes() {
    FakeEngine engine = new FakeEngine(WidthsInTurn::new);
    Service service = FakeService.open(folder, engine, SETTINGS.lanes(1).decoders(2));
    WidthsInTurn.SEEN.clear();
    try {
      List<CompletableFuture<?>> all = new CopyOnWriteArrayList<>();
      for (int i = 0; i < 3; i++) {
        all.add(service.answerAsync(large(), 0).handle((answer, error) -> 0));
      }
      for (int i = 1; i <= 3; i++) {
        all.add(service.answerAsync(picture(i), 0));
      }
      CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
    } finally {
      service.close();
    }
    assertThat(WidthsInTurn.SEEN).containsExactly(1, 2, 3, 10_000, 10_000, 10_000);
    assertThat(engine.memory).isEmpty();
  }

  /** Notes what it preprocesses. */
  private static final class WidthsInTurn extends FakeLane {
    static final List<Integer> SEEN = new CopyOnWriteArrayList<>();

    @Override
    public boolean preprocess(int slot, dev.wwts.internal.image.DecodedPicture picture) {
      SEEN.add(picture.pixels().width());
      return super.preprocess(slot, picture);
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
