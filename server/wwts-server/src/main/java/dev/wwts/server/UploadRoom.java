package dev.wwts.server;

import java.util.concurrent.atomic.AtomicLong;
import org.springframework.stereotype.Component;

/** What bodies may take of the heap together: a quarter of it. */
@Component
final class UploadRoom {
  private final long whole;
  private final AtomicLong left;

  UploadRoom() {
    this(Runtime.getRuntime().maxMemory() / 4);
  }

  UploadRoom(long bytes) {
    this.whole = bytes;
    this.left = new AtomicLong(bytes);
  }

  /** Bytes that there are when nobody has taken any. */
  long whole() {
    return whole;
  }

  /** Bytes that nobody has taken. */
  long left() {
    return left.get();
  }

  /** Takes bytes until they are given back, where so many are left. */
  boolean take(long bytes) {
    return left.getAndUpdate(now -> now >= bytes ? now - bytes : now) >= bytes;
  }

  void give(long bytes) {
    left.addAndGet(bytes);
  }
}
