package dev.wwts.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.OverloadedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.coyote.InputBuffer;
import org.apache.tomcat.util.net.ApplicationBufferHandler;
import org.junit.jupiter.api.Test;
import org.springframework.web.ErrorResponseException;

class UploadMeterTest {
  private final AtomicLong now = new AtomicLong();

  /** What each read gives. */
  private record Pieces(int bytes) implements InputBuffer {
    @Override
    public int doRead(ApplicationBufferHandler handler) {
      return bytes;
    }

    @Override
    public int available() {
      return bytes;
    }
  }

  private static final ApplicationBufferHandler NOBODY =
      new ApplicationBufferHandler() {
        @Override
        public void setByteBuffer(ByteBuffer buffer) {}

        @Override
        public ByteBuffer getByteBuffer() {
          return ByteBuffer.allocate(0);
        }

        @Override
        public void expand(int size) {}
      };

  private UploadMeter meter(UploadRoom room, int piece) {
    return new UploadMeter(new Pieces(piece), room, now::get);
  }

  @Test
  void whatCameTakesRoomUntilItIsUsed() throws IOException {
    UploadRoom room = new UploadRoom(100);
    try (UploadMeter one = meter(room, 60)) {
      assertThat(one.doRead(NOBODY)).isEqualTo(60);
      assertThat(room.left()).isEqualTo(40);
      try (UploadMeter other = meter(room, 30)) {
        other.doRead(NOBODY);
        assertThatThrownBy(() -> other.doRead(NOBODY)).isInstanceOf(OverloadedException.class);
      }
      assertThat(room.left()).isEqualTo(40);
    }
    assertThat(room.left()).isEqualTo(100);
  }

  @Test
  void itsEndTakesNothing() throws IOException {
    UploadRoom room = new UploadRoom(100);
    try (UploadMeter meter = meter(room, -1)) {
      assertThat(meter.doRead(NOBODY)).isEqualTo(-1);
    }
    assertThat(room.left()).isEqualTo(100);
  }

  @Test
  void whatTricklesIsCutOff() throws IOException {
    UploadRoom room = new UploadRoom(1 << 20);
    try (UploadMeter meter = meter(room, 1)) {
      for (int second = 0; second <= UploadMeter.GRACE.toSeconds(); second++) {
        assertThat(meter.doRead(NOBODY)).isEqualTo(1);
        now.addAndGet(Duration.ofSeconds(1).toNanos());
      }
      assertThatThrownBy(() -> meter.doRead(NOBODY))
          .isInstanceOfSatisfying(
              ErrorResponseException.class,
              e -> assertThat(e.getStatusCode().value()).isEqualTo(408));
    }
    assertThat(room.left()).isEqualTo(1 << 20);
  }

  @Test
  void whatComesAtItsPaceMayTakeAnyTime() throws IOException {
    UploadRoom room = new UploadRoom(1 << 20);
    try (UploadMeter meter = meter(room, UploadMeter.PACE)) {
      for (int second = 0; second < 600; second++) {
        meter.doRead(NOBODY);
        now.addAndGet(Duration.ofSeconds(1).toNanos());
      }
      assertThat(room.left()).isEqualTo((1 << 20) - 600 * UploadMeter.PACE);
    }
  }
}
