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

  /** Reads one and holds it against the model that is to use it. */
  static GalleryHeader decode(byte[] payload, Path file, ModelKey model) {
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
      String made = new String(sha256, StandardCharsets.US_ASCII);
      if (!made.equals(model.sha256()) || dimension != model.dimension()) {
        throw new GalleryException(
            Reason.OTHER_MODEL,
            "%s was made with the model %s... (%d numbers), not %s... (%d): open it with that one, or make a new one from the pictures."
                .formatted(
                    file,
                    made.substring(0, 12),
                    dimension,
                    model.sha256().substring(0, 12),
                    model.dimension()));
      }
      return new GalleryHeader(model, nextId);
    } catch (BufferUnderflowException e) {
      throw new GalleryException(Reason.CORRUPT, file + " is not a gallery's file.", e);
    }
  }
}
