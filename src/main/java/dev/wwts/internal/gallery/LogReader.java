package dev.wwts.internal.gallery;

import dev.wwts.GalleryException;
import dev.wwts.GalleryException.Reason;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Reads a gallery's file, and tells an unfinished end from damage. */
final class LogReader {
  private static final int CHUNK = 1 << 20;

  private final Path file;
  private final ModelKey model;

  LogReader(Path file, ModelKey model) {
    this.file = file;
    this.model = model;
  }

  /**
   * Reads all that is whole.
   *
   * @return where that ends; what follows was never acknowledged
   * @throws GalleryException if whole frames lie behind a damaged one, or it is another model's
   */
  long read(ChangeLog.Replay replay) throws IOException {
    try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "r")) {
      long end = raw.length(); // of one that another process writes, as it is now
      DataInputStream in = data(raw, 0, end);
      byte[] first = first(in, file);
      GalleryHeader header = GalleryHeader.decode(first, file);
      header.require(model, file);
      replay.begin(header.nextId());
      long place = (long) Frames.HEADER + first.length;
      for (byte[] next = Frames.read(in, place); next != null; next = Frames.read(in, place)) {
        changes(next).forEach(replay);
        place += Frames.HEADER + next.length;
      }
      requireNothingBehind(raw, place, end);
      return place;
    }
  }

  /** Whose embeddings a file holds. */
  static ModelKey model(Path file) throws IOException {
    try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "r")) {
      DataInputStream in = data(raw, 0, raw.length());
      return GalleryHeader.decode(first(in, file), file).model();
    }
  }

  private static byte[] first(DataInputStream in, Path file) throws IOException {
    byte[] first = Frames.read(in, 0);
    if (first == null) {
      throw new GalleryException(
          Reason.CORRUPT,
          file + " is not a gallery's file, or its beginning is damaged: take it from a backup.");
    }
    return first;
  }

  /** Reads frames that were written by this process. */
  void readFrom(long from, long end, Consumer<List<Change>> frames) throws IOException {
    try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "r")) {
      DataInputStream in = data(raw, from, end);
      for (long place = from; place < end; ) {
        byte[] payload = Frames.read(in, place);
        if (payload == null) {
          throw new IOException("it was changed by another program");
        }
        frames.accept(changes(payload));
        place += Frames.HEADER + payload.length;
      }
    }
  }

  private List<Change> changes(byte[] payload) {
    try {
      return Changes.decode(ByteBuffer.wrap(payload), model.dimension());
    } catch (IllegalArgumentException e) {
      throw new GalleryException(
          Reason.CORRUPT, "%s holds what is no change: %s".formatted(file, e.getMessage()), e);
    }
  }

  /**
   * As each frame lasts before the next is begun, a broken one that others follow was once whole.
   */
  private void requireNothingBehind(RandomAccessFile raw, long place, long end) throws IOException {
    long start = place + 1;
    InputStream in = new FilePart(raw, start, end);
    byte[] window = new byte[CHUNK + Frames.HEADER];
    int held = in.readNBytes(window, 0, window.length);
    while (held >= Frames.HEADER) {
      for (int at = 0; at <= held - Frames.HEADER; at++) {
        if (Frames.isHeader(window, at, start + at)) {
          throw new GalleryException(
              Reason.CORRUPT,
              "%s is damaged at byte %,d, with whole changes behind that: take it from a backup."
                  .formatted(file, place));
        }
      }
      int rest = Frames.HEADER - 1;
      start += held - rest;
      System.arraycopy(window, held - rest, window, 0, rest);
      held = rest + in.readNBytes(window, rest, window.length - rest);
      if (held == rest) {
        return;
      }
    }
  }

  /** Through no channel, which would be closed by an interrupt. */
  private static DataInputStream data(RandomAccessFile raw, long from, long end)
      throws IOException {
    return new DataInputStream(new BufferedInputStream(new FilePart(raw, from, end), CHUNK));
  }
}
