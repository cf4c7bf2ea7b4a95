package dev.wwts.server;

import dev.wwts.OverloadedException;
import java.io.IOException;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.apache.coyote.InputBuffer;
import org.apache.tomcat.util.net.ApplicationBufferHandler;
import org.springframework.http.HttpStatus;

/**
 * Counts a body's bytes as they come: they take room when they are there, not when they are
 * announced, and must come at some pace, or who only says that he will send would keep others out.
 */
final class UploadMeter implements InputBuffer, AutoCloseable {
  /** How long a body may come as slowly as it likes, if it comes at all. */
  static final Duration GRACE = Duration.ofSeconds(10);

  /** Bytes a second that it must have come at after that, on average. */
  static final int PACE = 1024;

  private final InputBuffer body;
  private final UploadRoom room;
  private final LongSupplier nanos;
  private long begun;
  private long taken;

  UploadMeter(InputBuffer body, UploadRoom room, LongSupplier nanos) {
    this.body = body;
    this.room = room;
    this.nanos = nanos;
  }

  @Override
  public int doRead(ApplicationBufferHandler handler) throws IOException {
    if (taken == 0) {
      begun = nanos.getAsLong();
    }
    int bytes = body.doRead(handler);
    if (bytes <= 0) {
      return bytes;
    }
    if (!room.take(bytes)) {
      throw new OverloadedException(
          "Requests under way take all the memory that bodies may have: ask again.");
    }
    taken += bytes;
    Duration beyond = Duration.ofNanos(nanos.getAsLong() - begun).minus(GRACE);
    if (taken < beyond.toSeconds() * PACE) {
      throw Problems.of(
          HttpStatus.REQUEST_TIMEOUT,
          "too_slow",
          "The body comes too slowly: after %d s it must have come at %,d bytes a second."
              .formatted(GRACE.toSeconds(), PACE));
    }
    return bytes;
  }

  @Override
  public int available() {
    return body.available();
  }

  /** Gives the room back: what was read has been used. */
  @Override
  public void close() {
    room.give(taken);
    taken = 0;
  }
}
