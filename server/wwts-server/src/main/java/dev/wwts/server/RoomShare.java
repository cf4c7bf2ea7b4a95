package dev.wwts.server;

import dev.wwts.OverloadedException;

/** What a request takes of the room for bodies beside its own body, until it is answered. */
final class RoomShare implements AutoCloseable {
  private final UploadRoom room;
  private long taken;

  RoomShare(UploadRoom room) {
    this.room = room;
  }

  /**
   * Takes so much more.
   *
   * @throws OverloadedException if others have it
   */
  void take(long bytes) {
    if (!room.take(bytes)) {
      throw new OverloadedException(
          "Requests under way take the memory that bodies may have: ask again, or for less at a time.");
    }
    taken += bytes;
  }

  @Override
  public void close() {
    room.give(taken);
    taken = 0;
  }
}
