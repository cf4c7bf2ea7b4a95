package dev.wwts.internal.gallery;

import dev.wwts.GalleryException;
import dev.wwts.GalleryException.Reason;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A gallery's first frame: the format's version, the embedding's length, the next id, the model.
 *
 * @param nextId ids below it were given, also those of examples that are no longer here
 */
record GalleryHeader(ModelKey model, long nextId) {
  private static final int VERSION = 1;
  private static final int SHA256 = 64;

  byte[] encode() {
    return ByteBuffer.allocate(4 + 4 + 8 + SHA256)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(VERSION)
        .putInt(model.dimension())
        .putLong(nextId)
        .put(model.sha256().getBytes(StandardCharsets.US_ASCII))
        .array();
  }

  static GalleryHeader decode(byte[] payload, Path file) {
    ByteBuffer fields = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    try {
      int version = fields.getInt();
      if (version > VERSION) {
        throw new GalleryException(
            Reason.NEWER_FORMAT,
            "%s is a gallery of format %d, and this version reads up to %d: update it."
                .formatted(file, version, VERSION));
      }
      int dimension = fields.getInt();
      long nextId = fields.getLong();
      byte[] sha256 = new byte[SHA256];
      fields.get(sha256);
      ModelKey model = new ModelKey(new String(sha256, StandardCharsets.US_ASCII), dimension);
      return new GalleryHeader(model, nextId);
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new GalleryException(Reason.CORRUPT, file + " is not a gallery's file.", e);
    }
  }

  /** Refuses another model than its own. */
  void require(ModelKey wanted, Path file) {
    if (!model.equals(wanted)) {
      throw new GalleryException(
          Reason.OTHER_MODEL,
          "%s was made with the model %s... (%d numbers), not %s... (%d): open it with that one, or make a new one of its pictures (wwts gallery rebuild)."
              .formatted(
                  file,
                  model.sha256().substring(0, 12),
                  model.dimension(),
                  wanted.sha256().substring(0, 12),
                  wanted.dimension()));
    }
  }
}
