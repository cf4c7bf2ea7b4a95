package dev.wwts.internal.model;

import dev.wwts.internal.model.ZipDirectory.Entry;
import dev.wwts.internal.model.ZipDirectory.Located;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** The bytes of an archive's entry, a piece at a time, unpacked where it is compressed. */
final class EntryBytes {
  private static final int BUFFER = 1 << 18;

  private EntryBytes() {}

  /** Takes a piece, which is only there for the call. */
  interface Sink {
    void take(ByteBuffer bytes);
  }

  /**
   * Gives them all.
   *
   * @throws DataFormatException if they can't be unpacked, or are not as many as the directory says
   */
  static void read(ModelContent content, Located located, Sink sink) throws DataFormatException {
    Entry entry = located.entry();
    if (entry.isDeflated()) {
      inflate(content, located, sink);
      return;
    }
    for (long done = 0; done < entry.size(); done += BUFFER) {
      sink.take(content.view(located.data() + done, (int) Math.min(BUFFER, entry.size() - done)));
    }
  }

  private static void inflate(ModelContent content, Located located, Sink sink)
      throws DataFormatException {
    Entry entry = located.entry();
    Inflater inflater = new Inflater(true);
    try {
      byte[] buffer = new byte[(int) Math.min(BUFFER, entry.size() + 1)];
      long given = 0;
      while (!inflater.finished()) {
        if (inflater.needsInput() && given < entry.stored()) {
          int n = (int) Math.min(1 << 30, entry.stored() - given);
          inflater.setInput(content.view(located.data() + given, n));
          given += n;
        }
        int n = inflater.inflate(buffer);
        boolean isStuck = n == 0 && !inflater.finished() && given == entry.stored();
        if (isStuck || inflater.getBytesWritten() > entry.size() || inflater.needsDictionary()) {
          throw new DataFormatException("not as long as its directory says");
        }
        sink.take(ByteBuffer.wrap(buffer, 0, n));
      }
      if (inflater.getBytesWritten() != entry.size() || inflater.getBytesRead() != entry.stored()) {
        throw new DataFormatException("not as long as its directory says");
      }
    } finally {
      inflater.end();
    }
  }
}
